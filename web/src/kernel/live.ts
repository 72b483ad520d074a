import type { LiveHint } from '@gatehouse/shared/views/live'
import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { guardedFetch } from './api.ts'
import { leave, onLeaving } from './leave.ts'
import { readHint, type Stale, staleBy } from './live-keys.ts'
import { throttled } from './throttle.ts'

/** `waiting` until the first connection, `cut` while the server cannot be heard. */
export type LiveState = 'waiting' | 'open' | 'cut'

const listeners = new Set<(hint: LiveHint) => void>()
const watchers = new Set<() => void>()
let state: LiveState = 'waiting'

const become = (next: LiveState) => {
  if (state === next) return
  state = next
  for (const tell of watchers) tell()
}

/** Whether the page hears the server at the moment. */
export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (tell) => {
      watchers.add(tell)
      return () => watchers.delete(tell)
    },
    () => state,
  )

/** Hears every hint of the tab's live stream; `hear` may change between renders. */
export const useLiveHint = (hear: (hint: LiveHint) => void) => {
  useEffect(() => {
    listeners.add(hear)
    return () => {
      listeners.delete(hear)
    }
  }, [hear])
}

/** Makes the queries a hint speaks of stale; each key prefix at most as often as its table row says. */
export const makeInvalidator = (queryClient: QueryClient) => {
  const waiting = new Map<string, ReturnType<typeof throttled>>()
  const wish = ({ key, everyMs }: Stale) => {
    const name = key.join(' ')
    let one = waiting.get(name)
    if (!one) {
      one = throttled(() => void queryClient.invalidateQueries({ queryKey: key }), everyMs)
      waiting.set(name, one)
    }
    one.wish()
  }
  return {
    hear: (hint: LiveHint) => {
      for (const stale of staleBy[hint.about](hint)) wish(stale)
    },
    stop: () => {
      for (const one of waiting.values()) one.stop()
      waiting.clear()
    },
  }
}

const firstWait = 500
const longestWait = 15_000

/**
 * Opens the tab's one live stream and keeps it open until `signal` aborts. Hints make queries stale; after a gap
 * everything shown is asked for anew, because hints of that time are lost.
 */
export const openLive = (queryClient: QueryClient, signal: AbortSignal) => {
  const invalidator = makeInvalidator(queryClient)
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = firstWait
  let missed = false
  let closed = false

  const hear = (event: MessageEvent<string>) => {
    const hint = readHint(event.data)
    if (!hint) return
    if (hint.about === 'signed_out') return leave('ended')
    invalidator.hear(hint)
    for (const tell of listeners) tell(hint)
  }
  const connect = () => {
    source = new EventSource('/api/live')
    source.onopen = () => {
      wait = firstWait
      become('open')
      if (missed) void queryClient.invalidateQueries()
      missed = false
    }
    source.onmessage = hear
    source.onerror = () => {
      missed = true
      become('cut')
      // The browser would try again by itself, but not after a refusal, and not more slowly each time.
      source?.close()
      later()
    }
  }
  const later = () => {
    timer = setTimeout(() => void again(), wait * (0.5 + Math.random()))
    wait = Math.min(wait * 2, longestWait)
  }
  // A stream that is refused gives no reason. A call does, and renews the token where changed rights want that.
  const again = async () => {
    const heard = await guardedFetch('/api/me', { signal }).catch(() => undefined)
    if (closed) return
    if (heard) connect()
    else later()
  }
  const close = () => {
    closed = true
    clearTimeout(timer)
    source?.close()
    invalidator.stop()
    become('waiting')
  }
  signal.addEventListener('abort', close, { once: true })
  onLeaving(close)
  connect()
}
