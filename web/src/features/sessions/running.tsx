import type { SessionView } from '@gatehouse/shared/views/sessions'
import { Button, Group, Text, Title } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Section } from '../../ui/page.tsx'
import type { TerminalWindow } from '../../ui/terminal.ts'
import { copyMarked } from './copy.ts'
import { EndButton } from './end-button.tsx'
import { Ended } from './ended.tsx'
import { Foot, SessionFacts } from './frame.tsx'
import { LeaveGuard } from './leave-guard.tsx'
import classes from './sessions.module.css'
import { StreamNews } from './stream-news.tsx'
import { useStreamState } from './stream-state.ts'

const TerminalScreen = lazy(async () => ({ default: (await import('./terminal-screen.tsx')).TerminalScreen }))

/** To type in, or to watch. */
export type Direction = 'write' | 'watch'

/** A session with its terminal; when it is over its last screen stays, with how it ended. */
export const Running = ({ session, direction }: { session: SessionView; direction: Direction }) => {
  const { link, live, paused, watcherDue, watchers, onLink, onNotice } = useStreamState(session)
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
        <SessionFacts session={session} writes={writes} live={live} paused={paused} watchers={watchers} />
        <Group gap="xs">
          <Button
            variant="default"
            visibleFrom={writes ? undefined : 'sm'}
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
        <StreamNews
          link={link}
          live={live}
          paused={paused}
          watcherDue={watcherDue}
          ended={ended}
          writes={writes}
          session={session}
        />
      </div>
      <div className={classes.screen} data-state={ended ? 'ended' : live ? link.kind : paused ? 'paused' : 'waiting'}>
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
      <Foot session={session} writes={writes} onLetters={(whole) => window.current?.showWhole(whole)} />
    </div>
  )
}
