/** An event of a recording: output, input, a new size (`80x24`), or a mark somebody set. `at` in ms from the start. */
export interface CastEvent {
  at: number
  kind: 'o' | 'i' | 'r' | 'm'
  data: string
}

/** A recording, read. */
export interface Cast {
  columns: number
  rows: number
  /** ms since the epoch; `null` where the file does not say. */
  startedAt: number | null
  events: CastEvent[]
  /** ms, to the last event. */
  length: number
  /** Lines that could not be read: shown as a gap, never passed over in silence. */
  unread: number
}

export interface Size {
  columns: number
  rows: number
}

const kinds = new Set(['o', 'i', 'r', 'm'])
const most = 1_000
const isSide = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most

const read = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const readEvent = (line: string): CastEvent | undefined => {
  const event = read(line)
  if (!Array.isArray(event)) return undefined
  const [seconds, kind, data] = event as unknown[]
  const fits = typeof seconds === 'number' && seconds >= 0 && kinds.has(kind as string) && typeof data === 'string'
  return fits ? { at: seconds * 1_000, kind: kind as CastEvent['kind'], data } : undefined
}

/** Columns and rows of a resize event; `undefined` where it is none. */
export const readSize = (data: string): Size | undefined => {
  const [, columns, rows] = /^(\d{1,4})x(\d{1,4})$/.exec(data)?.map(Number) ?? []
  return isSide(columns) && isSide(rows) ? { columns, rows } : undefined
}

/** Reads an asciicast v2 file; `undefined` for what is none. Times never run backwards. */
export const parseCast = (text: string): Cast | undefined => {
  const [first = '', ...lines] = text.split('\n')
  const header = read(first) as Record<string, unknown> | null | undefined
  if (header?.version !== 2 || !isSide(header.width) || !isSide(header.height)) return undefined
  const events: CastEvent[] = []
  let unread = 0
  let last = 0
  for (const line of lines) {
    if (line.trim() === '') continue
    const event = readEvent(line)
    if (!event) {
      unread += 1
      continue
    }
    last = Math.max(last, event.at)
    events.push({ ...event, at: last })
  }
  const startedAt = typeof header.timestamp === 'number' ? header.timestamp * 1_000 : null
  return { columns: header.width, rows: header.height, startedAt, events, length: last, unread }
}
