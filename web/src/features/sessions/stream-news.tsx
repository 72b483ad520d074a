import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Alert } from '@mantine/core'
import { countdown } from '../../kernel/format.ts'
import { useServerNow } from '../../kernel/now.ts'
import type { Link } from './stream.ts'

interface NewsProps {
  session: SessionView
  link: Link
  live: boolean
  paused: boolean
  /** Somebody of the customer has to watch, and nobody does: it ends then, ms. */
  watcherDue: number | null
  ended: boolean
  writes: boolean
}

/** What is going on when it is not simply running. */
export const StreamNews = ({ session, link, live, paused, watcherDue, ended, writes }: NewsProps) => {
  const may = writes ? session.may.write : session.may.watch
  if (ended || (link.kind === 'open' && live)) return null
  if (link.kind === 'cut')
    return (
      <Alert color="amber" role="status" title="The connection was lost; it is being made again">
        {writes ? 'What you type now goes nowhere. If it takes longer than ten seconds the session ends.' : null}
      </Alert>
    )
  if (link.kind === 'over' && link.why === 'refused')
    return (
      <Alert color="brick" role="alert" title="The terminal can no longer be reached from here">
        {may.ok ? 'Load the page again.' : may.says}
      </Alert>
    )
  if (watcherDue !== null) return <WatcherWanted session={session} paused={paused} due={watcherDue} writes={writes} />
  if (paused)
    return (
      <Alert color="amber" role="status" title="The session is paused">
        Nothing that is typed reaches the device.
      </Alert>
    )
  if (!live)
    return (
      <Alert color="slate" role="status" title="Waiting for the device">
        {session.device.name} is told of the session and dials in; that takes a moment, or up to its next check-in.
      </Alert>
    )
  return null
}

/** Nobody of the customer watches, though its policy demands it. */
const WatcherWanted = ({
  session,
  paused,
  due,
  writes,
}: {
  session: SessionView
  paused: boolean
  due: number
  writes: boolean
}) => {
  const now = useServerNow()
  const who = `somebody of ${session.customer.name}`
  return (
    <Alert
      color="amber"
      role="status"
      title={paused ? `Paused: nobody of ${session.customer.name} watches` : `Waiting for ${who} to watch`}
    >
      {writes && 'What you type now goes nowhere. '}
      {paused
        ? 'It goes on as soon as somebody watches again, and ends in '
        : 'Their policy wants somebody to look on. Without anybody it ends in '}
      <strong data-tabular>{countdown(Math.max(0, due - now))}</strong>.
    </Alert>
  )
}
