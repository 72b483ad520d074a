import { CheckIn } from '@gatehouse/shared/agent/messages'
import pino from 'pino'
import { expect, test } from 'vitest'
import { createBell } from '../bell.ts'
import { openOutbox } from '../journal/outbox.ts'
import { emptyHome, quick } from '../testing/test-agent.ts'
import type { Dialer } from './dialer.ts'
import { type Line, nextParcel } from './line.ts'

const aLine = (): Line => {
  const log = pino({ level: 'silent' })
  return {
    ...{ log, timings: quick, outbox: openOutbox(emptyHome(), log), heartbeatWanted: createBell<void>() },
    // Nothing is dialled or signed while a parcel is packed.
    dialer: {} as Dialer,
    signer: { assertion: async () => '', receipt: async () => '' },
    heartbeat: () => ({
      ...{ at: 1, agentVersion: '1', bootId: '00000000-0000-4000-8000-000000000000', platform: 'x' },
      ...{ policyVersion: 1, waiting: 0 },
    }),
    receive: () => undefined,
    connected: () => undefined,
    disconnected: () => undefined,
  }
}

test('AG05 numbers only rise: a heartbeat never goes before what waits', () => {
  const line = aLine()
  for (let i = 0; i < 450; i++)
    line.outbox.put({ type: 'values', values: [{ key: 'a.b', at: i, value: 'x'.repeat(i) }] })
  const numbers: number[] = []
  const types: string[] = []
  for (let rounds = 0; rounds < 20; rounds++) {
    const parcel = nextParcel(line, { bytes: 65_536, heartbeatDue: rounds < 10 })
    if (!parcel) break
    expect(Buffer.byteLength(parcel.body)).toBeLessThanOrEqual(65_536)
    for (const { seq, type } of CheckIn.parse(JSON.parse(parcel.body)).messages) {
      numbers.push(seq)
      types.push(type)
    }
    if (parcel.beats) break
    line.outbox.acknowledge(parcel.kept.at(-1)?.seq ?? 0)
  }
  expect(types.lastIndexOf('values')).toBe(449)
  expect(types.slice(450)).toEqual(['heartbeat'])
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
})
