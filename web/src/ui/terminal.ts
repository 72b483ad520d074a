import '@xterm/xterm/css/xterm.css'
import './terminal.css'
import { FitAddon } from '@xterm/addon-fit'
import { type ITheme, Terminal } from '@xterm/xterm'

/** One look in light and dark: a terminal is a window onto another machine. */
const theme: ITheme = {
  background: '#11191b',
  foreground: '#e6e4df',
  cursor: '#80bbc5',
  cursorAccent: '#11191b',
  selectionBackground: '#34899a88',
  black: '#11191b',
  red: '#e68e7b',
  green: '#95c290',
  yellow: '#ebb44f',
  blue: '#96b0d0',
  magenta: '#c9a3cf',
  cyan: '#80bbc5',
  white: '#d9d5ce',
  brightBlack: '#8a8f8f',
  brightRed: '#f1b8ab',
  brightGreen: '#bbd8b7',
  brightYellow: '#f4d08c',
  brightBlue: '#bccde2',
  brightMagenta: '#e0c7e4',
  brightCyan: '#aed4da',
  brightWhite: '#faf9f7',
}

const fontFamily = "'JetBrains Mono Variable', ui-monospace, monospace"
const usualFont = 13
const smallestFont = 5

/** What a device must not do to the browser by printing: set titles, make links, reach the clipboard. */
const deafTo = [0, 1, 2, 8, 52]

let spansMended = false

/**
 * xterm writes colours beyond its palette with `setAttribute('style', …)`, which the CSP refuses; the same text through
 * the CSSOM is let in.
 */
const mendSpans = () => {
  if (spansMended) return
  spansMended = true
  HTMLSpanElement.prototype.setAttribute = function (name, value) {
    if (name === 'style') this.style.cssText = value
    else Element.prototype.setAttribute.call(this, name, value)
  }
}

export interface TerminalWindow {
  terminal: Terminal
  /** Takes as many columns and rows as there is room for. */
  fillRoom(): void
  /** Keeps its columns and rows, and makes the letters as large as the room allows. */
  fitLetters(): void
  /** Whether `fitLetters` shows all of it (as it does at first), or letters of the usual size in a room that scrolls. */
  showWhole(whole: boolean): void
  dispose(): void
}

/** The letters must be there before they are measured; a fallback font will do if they do not come. */
export const lettersLoaded = async (): Promise<void> => {
  await Promise.all(['', 'bold '].map((weight) => document.fonts.load(`${weight}${usualFont}px ${fontFamily}`))).catch(
    () => {},
  )
}

/**
 * A terminal in `room`. With `readOnly` nothing ever comes out of it: no keys, and no answers to what a device asks.
 */
export const openTerminal = (
  room: HTMLElement,
  { readOnly, label }: { readOnly: boolean; label: string },
): TerminalWindow => {
  mendSpans()
  const terminal = new Terminal({
    theme,
    fontFamily,
    fontSize: usualFont,
    lineHeight: 1.15,
    scrollback: 5_000,
    disableStdin: readOnly,
    cursorInactiveStyle: readOnly ? 'none' : 'outline',
    minimumContrastRatio: 4.5,
    altClickMovesCursor: false,
    logLevel: 'off',
    // Larger strings from a device than any of ours needs would only cost memory.
    windowOptions: {},
  })
  for (const code of deafTo) terminal.parser.registerOscHandler(code, () => true)
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(room)
  terminal.textarea?.setAttribute('aria-label', label)
  let whole = true
  const fitLetters = () => {
    const size = whole ? fittingSize(terminal, room) : usualFont
    if (size !== undefined && size !== terminal.options.fontSize) terminal.options.fontSize = size
  }
  return {
    terminal,
    fillRoom: () => fit.fit(),
    fitLetters,
    showWhole: (wish) => {
      whole = wish
      fitLetters()
    },
    dispose: () => terminal.dispose(),
  }
}

/** The size of letters at which all columns and rows have room, in half pixels; `undefined` while nothing is drawn. */
const fittingSize = (terminal: Terminal, room: HTMLElement): number | undefined => {
  const screen = terminal.element?.querySelector('.xterm-screen')
  if (!screen || screen.clientWidth === 0 || screen.clientHeight === 0) return undefined
  const now = terminal.options.fontSize ?? usualFont
  const factor = Math.min((room.clientWidth - 16) / screen.clientWidth, (room.clientHeight - 16) / screen.clientHeight)
  return Math.floor(Math.min(usualFont * 1.5, Math.max(smallestFont, now * factor)) * 2) / 2
}
