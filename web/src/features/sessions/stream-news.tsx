import type { SessionView } from '@gatehouse/shared/views/views'
import { Alert } from '@mantine/core'
import type { Link } from './stream.ts'

interface NewsProps {
  session: SessionView
  link: Link
  live: boolean
  ended: boolean
  writes: boolean
}

/** What is going on when it is not simply running. */
export const StreamNews = ({ session, link, live, ended, writes }: NewsProps) => {
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
  if (!live)
    return (
      <Alert color="slate" role="status" title="Waiting for the device">
        {session.device.name} is told of the session and dials in; that takes a moment, or up to its next check-in.
      </Alert>
    )
  return null
}
