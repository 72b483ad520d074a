import { writeSync } from 'node:fs'
import pino from 'pino'
import { openHome } from '../home.ts'
import { openOutbox } from '../journal/outbox.ts'

/** Puts alarms and values into an outbox until it is killed, and tells the number of each after it was put. */
const outbox = openOutbox(openHome(process.argv[2] ?? ''), pino({ level: 'silent' }))
outbox.filled.listen(() => undefined)
for (let i = 0; ; i++) {
  const at = Date.now()
  if (i % 10) outbox.put({ type: 'values', values: [{ key: 'a.b', at, value: 'x'.repeat(i % 300) }] })
  else outbox.put({ type: 'alarm', at, code: 'overload', raised: true, severity: 'info', message: 'Too much' })
  // Numbers are given in order, one each.
  writeSync(1, `${i + 1}\n`)
}
