import { sessionCauseNames, sessionCauses } from '@gatehouse/shared/sessions/session-states'
import type { StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import type { May, SessionView } from '@gatehouse/shared/views/views'
import { Alert, Button, Group, Kbd, Text, Title } from '@mantine/core'
import { IconCopy, IconEye } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { key } from '../../kernel/keys.ts'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { SessionBadge } from '../../ui/badges.tsx'
import { Roomy } from '../../ui/density.tsx'
import { LettersSwitch } from '../../ui/letters-switch.tsx'
import { Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import type { TerminalWindow } from '../../ui/terminal.ts'
import { copyMarked } from './copy.ts'
import { EndButton } from './end-button.tsx'
import { Ended } from './ended.tsx'
import { LeaveGuard } from './leave-guard.tsx'
import { sessionQuery } from './queries.ts'
import classes from './sessions.module.css'
import type { Link as StreamLink } from './stream.ts'
import { TimeLeft } from './time-left.tsx'

const TerminalScreen = lazy(async () => ({ default: (await import('./terminal-screen.tsx')).TerminalScreen }))

/** A session: its terminal while it runs, to type in or to watch, and how it ended afterwards. */
export default function SessionPage() {
  const { sessionId = '' } = useParams()
  return (
    <Answered query={useQuery(sessionQuery(sessionId))}>
      {(session) => <Shown key={session.id} session={session} />}
    </Answered>
  )
}

type Direction = 'write' | 'watch'

const Shown = ({ session }: { session: SessionView }) => {
  // Whoever has seen it running keeps its last screen: it may hold what he still needs.
  const [sawIt] = useState(session.state !== 'ended')
  const [direction] = useState<Direction | undefined>(
    session.may.write.ok ? 'write' : session.may.watch.ok ? 'watch' : undefined,
  )
  if (sawIt && direction === 'write') return <Running session={session} direction={direction} />
  if (sawIt && direction)
    return (
      <Roomy>
        <Running session={session} direction={direction} />
      </Roomy>
    )
  return (
    <Page
      width="reading"
      title={`Session on ${session.device.name}`}
      badges={<SessionBadge state={session.state} />}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.sessions()}>Sessions</Link>
        </Breadcrumbs>
      }
    >
      <Section>
        {session.state === 'ended' ? (
          <Ended session={session} />
        ) : (
          <Refused says={session.may.write.ok ? '' : session.may.write.says}>
            <Text mb="sm">
              {session.technician.name} is at work. <TimeLeft session={session} />
            </Text>
            {session.may.end.ok && <EndButton session={session} />}
          </Refused>
        )}
      </Section>
    </Page>
  )
}

const over: May = { ok: false, because: 'wrong_state', says: 'This session has ended.' }

const endedBy = (session: SessionView, cause: string | undefined): SessionView => {
  const known = sessionCauseNames.find((name) => name === cause) ?? null
  const may = { ...session.may, write: over, watch: over, end: over }
  return { ...session, state: 'ended', cause: known, causeSays: known && sessionCauses[known], may }
}

const useStreamState = (session: SessionView) => {
  const cache = useQueryClient()
  const [link, setLink] = useState<StreamLink>({ kind: 'connecting' })
  const [state, setState] = useState(session.state)
  const [watchers, setWatchers] = useState<string[]>([])
  const lookAgain = useCallback(() => {
    void cache.invalidateQueries({ queryKey: key('session', session.id) })
    void cache.invalidateQueries({ queryKey: key('sessions') })
  }, [cache, session.id])
  const onLink = (now: StreamLink) => {
    setLink(now)
    if (now.kind === 'over') lookAgain()
  }
  const onNotice = (notice: StreamNotice) => {
    if (notice.kind === 'watchers') setWatchers(notice.names)
    if (notice.kind !== 'state') return
    setState(notice.state)
    // The relay is the first to say so; when exactly it was is asked for at once.
    if (notice.state === 'ended')
      cache.setQueryData(sessionQuery(session.id).queryKey, (known) => known && endedBy(known, notice.cause))
    if (notice.state !== state) lookAgain()
  }
  return { link, live: state === 'live' && session.state !== 'ended', watchers, onLink, onNotice }
}

const Running = ({ session, direction }: { session: SessionView; direction: Direction }) => {
  const { link, live, watchers, onLink, onNotice } = useStreamState(session)
  const window = useRef<TerminalWindow | null>(null)
  const [taken, setTaken] = useState(0)
  const writes = direction === 'write'
  const ended = session.state === 'ended'
  const typing = writes && live && link.kind === 'open'
  useEffect(() => {
    document.title = `Terminal · ${session.device.name} · Gatehouse`
  }, [session.device.name])
  useEffect(() => {
    if (typing) window.current?.terminal.focus()
    // What is typed now would reach nobody, and must not look as if it did.
    if (window.current) window.current.terminal.options.disableStdin = !typing
  }, [typing])
  return (
    <div className={classes.session} data-ended={ended || undefined}>
      {writes && <LeaveGuard session={session} running={!ended} />}
      <header className={classes.bar}>
        <div className={classes.facts}>
          <Title order={1} size="h2">
            <bdi>{session.device.name}</bdi>
          </Title>
          <SessionBadge state={ended ? 'ended' : live ? 'live' : session.state} />
          <Text c="dimmed">{writes ? session.device.site : `${session.technician.name} types; you watch`}</Text>
          {!ended && <TimeLeft session={session} />}
          {!ended && <Watchers names={watchers} />}
        </div>
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() => window.current && copyMarked(window.current)}
          >
            Copy marked
          </Button>
          {!ended && session.may.end.ok && (
            <EndButton session={session} size={writes ? 'sm' : 'md'} data-after-terminal />
          )}
        </Group>
      </header>
      <div className={classes.news}>
        {ended && (
          <Section>
            <Ended session={session} />
          </Section>
        )}
        <News link={link} live={live} ended={ended} writes={writes} session={session} />
      </div>
      <div className={classes.screen} data-state={ended ? 'ended' : live ? link.kind : 'waiting'}>
        <Suspense>
          <TerminalScreen
            key={taken}
            sessionId={session.id}
            direction={direction}
            label={writes ? `Terminal of ${session.device.name}` : `Terminal of ${session.device.name}, to watch only`}
            onLink={onLink}
            onNotice={onNotice}
            onWindow={(now) => {
              window.current = now
              if (now && writes) now.terminal.options.disableStdin = !typing
            }}
          />
        </Suspense>
        {!ended && link.kind === 'over' && link.why === 'replaced' && (
          <div className={classes.veil}>
            <div className={classes.veilCard}>
              <Title order={2}>This terminal is open in another tab</Title>
              <Text my="sm">Only one of them can be typed into.</Text>
              <Button onClick={() => setTaken((count) => count + 1)}>Use it here</Button>
            </div>
          </div>
        )}
      </div>
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
            <span>You see what {session.technician.name} sees. Nothing you press reaches the device.</span>
            <LettersSwitch onChange={(whole) => window.current?.showWhole(whole)} />
          </>
        )}
      </footer>
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

interface NewsProps {
  session: SessionView
  link: StreamLink
  live: boolean
  ended: boolean
  writes: boolean
}

/** What is going on when it is not simply running. */
const News = ({ session, link, live, ended, writes }: NewsProps) => {
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
        {session.may.write.ok ? 'Load the page again.' : session.may.write.says}
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
