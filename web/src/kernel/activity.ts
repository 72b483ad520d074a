import type { MeView } from '@gatehouse/shared/views/sign-in'
import { useSyncExternalStore } from 'react'
import { sessionFetch } from './api.ts'
import { createIdleClock, type IdleClock, type IdleReading, type SessionEnds, type TimeLeft } from './idle-clock.ts'
import { leave } from './leave.ts'

type TabMessage = { left: TimeLeft } | { leaving: true }

let clock: IdleClock | undefined
const resting: IdleReading = { phase: 'active', because: 'idle', secondsLeft: 0 }

/** A person did something that counts, though no gesture on the page shows it: input into a live session. */
export const noteActivity = () => clock?.gesture()

/** Whoever shows what the clock says. They may be there before it: of a page the inner parts are ready first. */
const watchers = new Set<() => void>()
const tellWatchers = () => {
  for (const tell of watchers) tell()
}
const watch = (tell: () => void) => {
  watchers.add(tell)
  return () => {
    watchers.delete(tell)
  }
}

/** What the idle clock shows. */
export const useIdleReading = (): IdleReading => useSyncExternalStore(watch, () => clock?.reading() ?? resting)

const askWho = async (): Promise<SessionEnds | null> => {
  try {
    return await (await sessionFetch('/api/me')).json()
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === 'not_signed_in') return null
    throw thrown
  }
}

const report = async (agoMs: number): Promise<SessionEnds> => {
  const body = JSON.stringify({ agoMs: Math.round(agoMs) })
  const headers = { 'content-type': 'application/json' }
  return (await sessionFetch('/api/me/gesture', { method: 'POST', headers, body })).json()
}

const gestures = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const

/**
 * Starts the tab's idle clock from what `/api/me` said at monotonic time `askedAt`, until `signal` aborts. Only trusted
 * events count: what a script does is not what a person did.
 */
export const startIdleClock = (me: MeView, askedAt: number, signal: AbortSignal) => {
  const channel = new BroadcastChannel('gatehouse-session')
  const tell = (message: TabMessage) => channel.postMessage(message)
  const started = createIdleClock({
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    report,
    ask: askWho,
    tell: (left) => tell({ left }),
  })
  clock = started
  started.subscribe(tellWatchers)
  started.sync(me, askedAt)
  started.subscribe(() => {
    const { phase, because } = started.reading()
    if (phase !== 'ended') return
    tell({ leaving: true })
    leave(because)
  })
  channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    // Another tab is leaving: whether this one must, the server says.
    if ('leaving' in data) started.recheck()
    else started.hear(data.left)
  }
  const gesture = (event: Event) => {
    if (event.isTrusted) started.gesture()
  }
  for (const name of gestures) addEventListener(name, gesture, { capture: true, passive: true, signal })
  for (const name of ['visibilitychange', 'focus', 'pageshow', 'online'])
    addEventListener(name, started.look, { signal })
  signal.addEventListener('abort', () => {
    started.stop()
    channel.close()
    clock = undefined
  })
}

/** Tells the other tabs of this browser that the session is over, so that they look at once. */
export const tellTabsOfLeaving = () => {
  const channel = new BroadcastChannel('gatehouse-session')
  channel.postMessage({ leaving: true } satisfies TabMessage)
  channel.close()
}
