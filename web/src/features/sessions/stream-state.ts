import { sessionCauseNames, sessionCauses } from '@gatehouse/shared/sessions/session-states'
import type { StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import type { May } from '@gatehouse/shared/views/basics'
import type { SessionView } from '@gatehouse/shared/views/sessions'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { key } from '../../kernel/keys.ts'
import { sessionQuery } from './queries.ts'
import type { Link } from './stream.ts'

const over: May = { ok: false, because: 'wrong_state', says: 'This session has ended.' }

const endedBy = (session: SessionView, cause: string | undefined): SessionView => {
  const known = sessionCauseNames.find((name) => name === cause) ?? null
  const may = { ...session.may, write: over, watch: over, end: over }
  return { ...session, state: 'ended', cause: known, causeSays: known && sessionCauses[known], may }
}

/** What the stream of a running session says of it; the session's own answer is kept in step. */
export const useStreamState = (session: SessionView) => {
  const cache = useQueryClient()
  const [link, setLink] = useState<Link>({ kind: 'connecting' })
  const [state, setState] = useState(session.state)
  const [watchers, setWatchers] = useState<string[]>([])
  const [watcherDue, setWatcherDue] = useState(session.watch?.due ?? null)
  const lookAgain = useCallback(() => {
    void cache.invalidateQueries({ queryKey: key('session', session.id) })
    void cache.invalidateQueries({ queryKey: key('sessions') })
  }, [cache, session.id])
  const onLink = (now: Link) => {
    setLink(now)
    if (now.kind === 'over') lookAgain()
  }
  const onNotice = (notice: StreamNotice) => {
    if (notice.kind === 'watchers') setWatchers(notice.names)
    if (notice.kind === 'watcher_wanted') {
      setWatcherDue(notice.due)
      lookAgain()
    }
    if (notice.kind !== 'state') return
    setState(notice.state)
    // The relay is the first to say so; when exactly it was is asked for at once.
    if (notice.state === 'ended')
      cache.setQueryData(sessionQuery(session.id).queryKey, (known) => known && endedBy(known, notice.cause))
    if (notice.state !== state) lookAgain()
  }
  const runs = session.state !== 'ended'
  return {
    link,
    live: state === 'live' && runs,
    paused: state === 'paused' && runs,
    watcherDue,
    watchers,
    onLink,
    onNotice,
  }
}
