import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Kbd, Text, Title } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useMe } from '../../kernel/me.ts'
import { SessionBadge } from '../../ui/badges.tsx'
import { LettersSwitch } from '../../ui/letters-switch.tsx'
import classes from './sessions.module.css'
import { TimeLeft } from './time-left.tsx'

interface FactsProps {
  session: SessionView
  writes: boolean
  live: boolean
  paused: boolean
  watchers: string[]
}

/** What stands above a terminal: the device, how the session stands, what is left of it, and who looks on. */
export const SessionFacts = ({ session, writes, live, paused, watchers }: FactsProps) => {
  const ended = session.state === 'ended'
  return (
    <div className={classes.facts}>
      <Title order={1} size="h2">
        <bdi>{session.device.name}</bdi>
      </Title>
      <SessionBadge state={ended ? 'ended' : live ? 'live' : paused ? 'paused' : session.state} />
      <Text c="dimmed">{writes ? session.device.site : `${session.technician.name} types; you watch`}</Text>
      {!ended && <TimeLeft session={session} />}
      {!ended && <Watchers names={watchers} />}
    </div>
  )
}

/** Who else looks on. */
const Watchers = ({ names }: { names: string[] }) => {
  const me = useMe().name
  const others = names.filter((name) => name !== me)
  if (others.length === 0) return null
  return (
    <Text component="span" className={classes.watchers}>
      <IconEye size={16} aria-hidden />
      <bdi>{others.join(', ')}</bdi> {others.length === 1 ? 'watches' : 'watch'}
    </Text>
  )
}

/** What stands below a terminal. */
export const Foot = ({
  session,
  writes,
  onLetters,
}: {
  session: SessionView
  writes: boolean
  onLetters: (whole: boolean) => void
}) => (
  <footer className={classes.foot}>
    {writes ? (
      <>
        <span>Everything that is typed and shown is recorded.</span>
        <span className={classes.keys}>
          <Kbd size="xs">Ctrl Shift C</Kbd> copies, <Kbd size="xs">Ctrl Shift V</Kbd> pastes,{' '}
          <Kbd size="xs">Ctrl Shift L</Kbd> leaves the terminal
        </span>
      </>
    ) : (
      <>
        <span>
          You see what {session.technician.name} sees. Nothing you press reaches the device.
          {session.watch &&
            ' Your policy wants somebody to watch: when the last one closes this page, the session pauses.'}
        </span>
        <LettersSwitch onChange={onLetters} />
      </>
    )}
  </footer>
)
