import { ActionIcon, SegmentedControl, Slider, Switch } from '@mantine/core'
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerTrackPrevFilled } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { countdown, timeOfDay, zoneName } from '../../kernel/format.ts'
import { LettersSwitch } from '../../ui/letters-switch.tsx'
import { lettersLoaded } from '../../ui/terminal.ts'
import type { Cast } from './asciicast.ts'
import { advanced, lastTyped, type Pace, reached, type Speed, silences, speeds, typedAt } from './playback.ts'
import classes from './player.module.css'
import { openPlayerScreen, type PlayerScreen } from './player-screen.ts'

/** A pause of this length is drawn on the bar. */
const drawn = 5_000
const step = 5_000

/** Where the playing stands, and what moves it; time is counted by the frames the browser draws. */
const usePlaying = (cast: Cast, pace: Pace) => {
  const [at, setAt] = useState(0)
  const [playing, setPlaying] = useState(false)
  const { speed, skipIdle } = pace
  useEffect(() => {
    if (!playing) return
    let last = performance.now()
    let next = requestAnimationFrame(function draw(now) {
      setAt((before) => advanced(cast, before, now - last, { speed, skipIdle }))
      last = now
      next = requestAnimationFrame(draw)
    })
    return () => cancelAnimationFrame(next)
  }, [playing, cast, speed, skipIdle])
  const done = at >= cast.length
  useEffect(() => {
    if (done) setPlaying(false)
  }, [done])
  const seek = (to: number) => setAt(Math.min(cast.length, Math.max(0, to)))
  const toggle = () => {
    if (done) setAt(0)
    setPlaying((before) => done || !before)
  }
  return { at, playing, seek, toggle }
}

/** The terminal of the recording, in a box of its own; `null` until its letters are there. */
const useScreen = (cast: Cast, at: number, label: string) => {
  const room = useRef<HTMLDivElement>(null)
  const [screen, setScreen] = useState<PlayerScreen | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    void lettersLoaded().then(() => {
      if (!room.current || leaving.signal.aborted) return
      const opened = openPlayerScreen(room.current, cast, label)
      const watcher = new ResizeObserver(() => requestAnimationFrame(() => !leaving.signal.aborted && opened.refit()))
      watcher.observe(room.current)
      leaving.signal.addEventListener('abort', () => {
        watcher.disconnect()
        opened.dispose()
      })
      setScreen(opened)
    })
    return () => {
      leaving.abort()
      setScreen(null)
    }
  }, [cast, label])
  useEffect(() => screen?.show(at), [screen, at])
  return { room, screen }
}

/** Plays a recording back; the space bar, the arrows, Home and End move it. */
export const Player = ({ cast, zone, label }: { cast: Cast; zone: string; label: string }) => {
  const [speed, setSpeed] = useState<Speed>(1)
  const [skipIdle, setSkipIdle] = useState(true)
  const { at, playing, seek, toggle } = usePlaying(cast, { speed, skipIdle })
  const { room, screen } = useScreen(cast, at, label)
  const marks = useMemo(() => ({ silences: silences(cast, drawn), typed: typedAt(cast) }), [cast])
  const typed = lastTyped(cast.events, reached(cast.events, at))

  const keys: Record<string, () => void> = {
    ' ': toggle,
    k: toggle,
    ArrowLeft: () => seek(at - step),
    ArrowRight: () => seek(at + step),
    Home: () => seek(0),
    End: () => seek(cast.length),
  }
  const press = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    const own = target.closest('button, input, a, [role="slider"]') !== null
    const deed = keys[event.key]
    if (!deed || own || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    deed()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: short cuts; every one of them has its button below.
    <div className={classes.player} onKeyDown={press}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is played is the place for the short cuts. */}
      <section className={classes.screen} tabIndex={0} aria-label={`${label}. Space plays and stops.`}>
        <div ref={room} className={classes.room} />
      </section>
      <p className={classes.typed}>
        <span>Typed</span>
        <bdi>{typed || '–'}</bdi>
      </p>
      <div className={classes.bar}>
        <Marks cast={cast} silences={marks.silences} typed={marks.typed} />
        <Slider
          value={at}
          onChange={seek}
          min={0}
          max={Math.max(1, cast.length)}
          step={100}
          label={(ms) => countdown(ms)}
          thumbProps={{ 'aria-label': 'Position', 'aria-valuetext': countdown(at) }}
          size="sm"
        />
      </div>
      <div className={classes.controls}>
        <ActionIcon variant="default" size="lg" aria-label="Back to the start" onClick={() => seek(0)}>
          <IconPlayerTrackPrevFilled size={16} />
        </ActionIcon>
        <ActionIcon variant="filled" color="petrol" size="xl" aria-label={playing ? 'Pause' : 'Play'} onClick={toggle}>
          {playing ? <IconPlayerPauseFilled size={20} /> : <IconPlayerPlayFilled size={20} />}
        </ActionIcon>
        <span className={classes.time} data-tabular>
          {countdown(at)} / {countdown(cast.length)}
          {cast.startedAt !== null && (
            <span className={classes.wall}>
              {timeOfDay(cast.startedAt + at, zone)} {zoneName(cast.startedAt + at, zone)}
            </span>
          )}
        </span>
        <SegmentedControl
          aria-label="Speed"
          value={String(speed)}
          onChange={(value) => setSpeed(Number(value) as Speed)}
          data={speeds.map((of) => ({ value: String(of), label: `${of}×` }))}
        />
        <LettersSwitch onChange={(whole) => screen?.showWhole(whole)} />
        <Switch label="Skip pauses" checked={skipIdle} onChange={(event) => setSkipIdle(event.currentTarget.checked)} />
      </div>
    </div>
  )
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`

/** What lies on the bar: pauses, and where something was typed. */
const Marks = ({
  cast,
  silences,
  typed,
}: {
  cast: Cast
  silences: { from: number; to: number }[]
  typed: number[]
}) => (
  <div className={classes.marks} aria-hidden>
    {silences.map(({ from, to }) => (
      <span
        key={from}
        className={classes.silence}
        style={{ insetInlineStart: percent(from / cast.length), width: percent((to - from) / cast.length) }}
      />
    ))}
    {typed.map((share) => (
      <span key={share} className={classes.key} style={{ insetInlineStart: percent(share) }} />
    ))}
  </div>
)
