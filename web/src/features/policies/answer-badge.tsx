import type { Activity } from '@gatehouse/shared/activities'
import type { PolicyAnswer, Rule } from '@gatehouse/shared/policies/policy'
import { Text } from '@mantine/core'
import { IconBan, IconCheck, IconClock, IconMessageQuestion } from '@tabler/icons-react'
import { StateBadge, type StateLook } from '../../ui/badges.tsx'
import { answersOf, holdsSays } from './words.ts'

const looks: Record<PolicyAnswer, Omit<StateLook, 'says'>> = {
  always: { icon: IconCheck, colour: 'moss' },
  ask: { icon: IconMessageQuestion, colour: 'amber' },
  never: { icon: IconBan, colour: 'gray' },
}

/** Always, ask first, or never. */
export const AnswerBadge = ({ answer, activity }: { answer: PolicyAnswer; activity?: Activity }) => (
  <StateBadge look={{ ...looks[answer], says: answersOf(activity)[answer] }} />
)

/** What holds, at all times or by the clock. */
export const HoldsBadge = ({ rule, activity }: { rule: Rule; activity?: Activity }) =>
  rule.inside === rule.outside ? (
    <AnswerBadge answer={rule.inside} activity={activity} />
  ) : (
    <span>
      <StateBadge look={{ icon: IconClock, colour: 'slate', says: 'By the clock' }} />
      <Text component="span" display="block" size="sm" mt={4}>
        {holdsSays(rule, activity)}
      </Text>
    </span>
  )
