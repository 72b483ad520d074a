import type { PersonState } from '@gatehouse/shared/views/people'
import { IconBan, IconCheck, IconMail } from '@tabler/icons-react'
import { StateBadge, type StateLook } from '../../ui/badges.tsx'

const looks: Record<PersonState, StateLook> = {
  invited: { says: 'Invited', icon: IconMail, colour: 'amber' },
  active: { says: 'Active', icon: IconCheck, colour: 'moss' },
  disabled: { says: 'Disabled', icon: IconBan, colour: 'gray' },
}

/** How an account stands. */
export const PersonStateBadge = ({ state }: { state: PersonState }) => <StateBadge look={looks[state]} />
