import type { StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import { useEffect, useRef } from 'react'
import { noteActivity } from '../../kernel/activity.ts'
import { lettersLoaded, openTerminal, type TerminalWindow } from '../../ui/terminal.ts'
import { copyMarked } from './copy.ts'
import { askTicket } from './queries.ts'
import classes from './sessions.module.css'
import { type Link, openStream, type Stream } from './stream.ts'
import { binaryInput } from './stream-messages.ts'

export interface ScreenProps {
  sessionId: string
  direction: 'write' | 'watch'
  label: string
  onLink: (link: Link) => void
  onNotice: (notice: StreamNotice) => void
  /** Takes the terminal, so that its page can copy from it and give it the focus; `null` when it is gone. */
  onWindow: (window: TerminalWindow | null) => void
}

/** So much may wait to be drawn, bytes; a page that is further behind begins anew with the newest. */
const mostBehind = 16 * 1024 * 1024

/** What makes input that a person gave, beside the keys that the idle clock hears by itself. */
const gestures = ['paste', 'input', 'compositionend', 'drop'] as const

const isCopy = (event: KeyboardEvent) => event.ctrlKey && event.shiftKey && event.code === 'KeyC'
const isLeave = (event: KeyboardEvent) => event.ctrlKey && event.shiftKey && event.code === 'KeyL'

/** Wires a technician's keys to the stream; nothing goes out while `isDeaf`. */
const connectKeys = (window: TerminalWindow, stream: () => Stream | undefined, isDeaf: () => boolean) => {
  const { terminal } = window
  const text = new TextEncoder()
  terminal.onData((data) => {
    if (!isDeaf()) stream()?.input(text.encode(data))
  })
  terminal.onBinary((data) => {
    if (!isDeaf()) stream()?.input(binaryInput(data))
  })
  terminal.onResize(({ cols, rows }) => stream()?.resize(cols, rows))
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown' || !(isCopy(event) || isLeave(event))) return true
    event.preventDefault()
    if (isCopy(event)) void copyMarked(window)
    // The terminal takes the tabulator, so there must be another way out by the keyboard.
    else document.querySelector<HTMLElement>('[data-after-terminal]')?.focus()
    return false
  })
}

type Which = Pick<ScreenProps, 'sessionId' | 'direction'>

const start = (room: HTMLElement, { sessionId, direction }: Which, props: () => ScreenProps, signal: AbortSignal) => {
  const writes = direction === 'write'
  const window = openTerminal(room, { readOnly: !writes, label: props().label })
  const { terminal } = window
  let stream: Stream | undefined
  let behind = 0
  let deaf = 0

  const show = (bytes: Uint8Array, old: boolean) => {
    behind += bytes.length
    if (behind > mostBehind) return stream?.restart()
    if (old) deaf += 1
    terminal.write(bytes, () => {
      behind -= bytes.length
      if (old) deaf -= 1
    })
  }
  const refit = () => (writes ? window.fillRoom() : window.fitLetters())
  if (writes) {
    connectKeys(
      window,
      () => stream,
      () => deaf > 0,
    )
    for (const name of gestures)
      room.addEventListener(name, (event) => event.isTrusted && noteActivity(), { capture: true, signal })
  }
  refit()
  const watcher = new ResizeObserver(() => requestAnimationFrame(() => !signal.aborted && refit()))
  watcher.observe(room)
  stream = openStream(
    sessionId,
    (stop) => askTicket(sessionId, direction, stop),
    {
      link: (link) => props().onLink(link),
      begin: () => terminal.reset(),
      output: show,
      notice: (notice) => {
        if (notice.kind === 'size' && !writes) {
          terminal.resize(notice.columns, notice.rows)
          window.fitLetters()
        }
        props().onNotice(notice)
      },
    },
    signal,
  )
  if (writes) stream.resize(terminal.cols, terminal.rows)
  props().onWindow(window)
  signal.addEventListener('abort', () => {
    watcher.disconnect()
    props().onWindow(null)
    window.dispose()
  })
}

/** The terminal of a session: to type in, or to look at, from which nothing ever goes out. */
export const TerminalScreen = (props: ScreenProps) => {
  const room = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const { sessionId, direction } = props
  useEffect(() => {
    const leaving = new AbortController()
    void lettersLoaded().then(() => {
      if (room.current && !leaving.signal.aborted)
        start(room.current, { sessionId, direction }, () => latest.current, leaving.signal)
    })
    return () => leaving.abort()
  }, [sessionId, direction])
  return <div ref={room} className={classes.room} data-direction={direction} />
}
