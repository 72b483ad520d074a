import { csvHead, csvLine } from './csv.ts'
import { jsonLine } from './json-lines.ts'
import { type Made, type Making, settled } from './making.ts'
import { complete, type ExportedEvent, gather, pagesOf } from './reading.ts'

const makeLines = async (making: Making, head: string, lineOf: (one: ExportedEvent) => string): Promise<Made> => {
  const { row, file, watch, contents } = making
  await settled(making)
  await file.write(head)
  let count = 0
  let first: number | null = null
  for await (const { rows, db, actor } of pagesOf(row, watch)) {
    const events = await complete(db, rows)
    for (const one of events) gather(contents, actor, one.row)
    await file.write(events.map(lineOf).join(''))
    count += events.length
    first = rows.at(-1)?.at ?? first
    await making.progress(count)
  }
  return { count, first }
}

/** Makes a CSV file. */
export const makeCsv = (making: Making): Promise<Made> =>
  makeLines(making, csvHead(making.row.zone), (one) => csvLine(one, making.row.zone))

/** Makes a file of JSON Lines. */
export const makeJsonLines = (making: Making): Promise<Made> => makeLines(making, '', jsonLine)
