import { openTerminal } from '../../ui/terminal.ts'
import { type Cast, readSize } from './asciicast.ts'
import { reached } from './playback.ts'

/** A terminal that shows a recording as it was at a moment. */
export interface PlayerScreen {
  /** Shows the recording at `at`, ms; the newest wish wins. */
  show(at: number): void
  refit(): void
  showWhole(whole: boolean): void
  dispose(): void
}

/** So much is given to the terminal in one go, characters: between two goes the page stays usable. */
const piece = 256 * 1024

/** A screen in `room` that only shows: nothing that is recorded in it is ever answered. */
export const openPlayerScreen = (room: HTMLElement, cast: Cast, label: string): PlayerScreen => {
  const window = openTerminal(room, { readOnly: true, label })
  const { terminal } = window
  let shown = 0
  let wanted = 0
  let busy = false
  let over = false

  const write = (text: string) => new Promise<void>((done) => terminal.write(text, done))
  const sized = (columns: number, rows: number) => {
    terminal.resize(columns, rows)
    window.fitLetters()
  }
  /** The next events as one text: up to a new size, the wished moment, or a good piece. */
  const take = (): string => {
    let text = ''
    while (shown < wanted && text.length < piece) {
      const event = cast.events[shown]
      if (!event || event.kind === 'r') break
      if (event.kind === 'o') text += event.data
      shown += 1
    }
    return text
  }
  const resizeIfDue = () => {
    const event = cast.events[shown]
    if (shown >= wanted || event?.kind !== 'r') return
    const size = readSize(event.data)
    if (size) sized(size.columns, size.rows)
    shown += 1
  }
  const work = async () => {
    if (busy) return
    busy = true
    while (!over && shown !== wanted) {
      if (shown > wanted) {
        terminal.reset()
        sized(cast.columns, cast.rows)
        shown = 0
      }
      const text = take()
      if (text) await write(text)
      if (!over) resizeIfDue()
    }
    busy = false
  }
  sized(cast.columns, cast.rows)
  return {
    show: (at) => {
      wanted = reached(cast.events, at)
      void work()
    },
    refit: window.fitLetters,
    showWhole: window.showWhole,
    dispose: () => {
      over = true
      window.dispose()
    },
  }
}
