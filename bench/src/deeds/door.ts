import type { Seeded } from '@gatehouse/bff/demo/seed'
import { systemClock } from '@gatehouse/bff/kernel/clock'
import type { House } from '@gatehouse/bff/kernel/house'
import { manyDevices } from '@gatehouse/bff/testing/devices'
import { signedInAt } from '@gatehouse/bff/testing/visitor'
import type { Sql } from 'postgres'
import { alternate } from '../alternate.ts'
import { type Line, lineOf } from '../lines.ts'

/** What a house is measured with from outside: its address, what is in it, and the database's owner. */
export interface Door {
  house: House
  url: string
  seeded: Seeded
  owner: Sql
}

/** Counts what is done per second, until nothing of it waits for its place in the log. */
type PerSecond = (one: (n: number) => Promise<unknown>) => Promise<number>

const whatIsWritten = "select pg_get_functiondef(oid) as text from pg_proc where proname = 'audit_append_one'"

/**
 * B8 as people meet it: a device is renamed by a request, through the guard, the decision and the wall, with its event and
 * with one that the database throws away. Making the event's bytes, a twelfth of a millisecond, is in both.
 */
export const measureDoor = async (
  { house, url, seeded, owner }: Door,
  writers: number,
  rounds: number,
  perSecond: PerSecond,
): Promise<Line> => {
  const devices = await manyDevices({ house, seeded, url, clock: systemClock }, writers)
  const visitor = await signedInAt(url, 'administrator')
  const rename = async (n: number) => {
    const device = devices[n % devices.length]?.deviceId ?? ''
    const { status, body } = await visitor.send('PATCH', `/api/devices/${device}`, { name: `Balance ${n}` })
    if (status !== 200) throw new Error(`not renamed: ${status} ${JSON.stringify(body)}`)
  }
  const [{ text: written } = { text: '' }] = await owner.unsafe<{ text: string }[]>(whatIsWritten)
  const thrownAway = written.replace(/begin[\s\S]*end/, 'begin end')
  if (!written.includes('insert') || thrownAway.includes('insert'))
    throw new Error('its event would be written all the same')
  const rates = await alternate(rounds, {
    audited: async () => {
      await owner.unsafe(written)
      return perSecond(rename)
    },
    bare: async () => {
      await owner.unsafe(thrownAway)
      return perSecond(rename)
    },
  })
  await owner.unsafe(written)
  return lineOf(
    'a device renamed by a request',
    '/s',
    rates.audited,
    { name: 'the same, its event thrown away by the database', figures: rates.bare },
    { id: 'B8', way: 'at least', at: 0.5 },
  )
}
