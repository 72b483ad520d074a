import type { Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import { Key } from '@gatehouse/shared/devices/declaration'
import pino from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { emptyHome } from '../testing/test-agent.ts'
import { seededChance } from './chance.ts'
import { drivers } from './drivers.ts'
import { hostKeys } from './host.ts'
import { newScale, passTime } from './simulated-scale.ts'

const declarationOf = (driver: Declaration['driver'], keys: string[]): Declaration => ({
  ...{ driver, alarms: [], settings: [], logs: [] },
  items: keys.map((key) => ({ key, says: key, type: 'number', unit: '', everySeconds: 60, deadband: 0, digits: 1 })),
})

/** Starts a driver and gathers what it offers. */
const offersOf = (driver: Declaration['driver'], keys: string[]) => {
  const offered = new Map<string, ItemValue>()
  const made = drivers[driver]({ home: emptyHome(), log: pino({ level: 'silent' }), deviceId: 'one' })
  onTestFinished(() => made.stop())
  made.start(declarationOf(driver, keys), {
    value: (key, value) => void offered.set(key, value),
    alarm: () => undefined,
  })
  return { offered, made }
}

test('the host driver reads the machine it runs on', async () => {
  const { offered } = offersOf('host', hostKeys)
  // Not every machine tells the temperature of its processor.
  const everywhere = hostKeys.filter((key) => key !== 'temperature.cpu')
  await expect.poll(() => [...offered.keys()], { timeout: 15_000 }).toEqual(expect.arrayContaining(everywhere))
  expect(offered.get('memory.percent')).toBeGreaterThan(0)
  expect(offered.get('memory.percent')).toBeLessThan(100)
  expect(offered.get('processes.count')).toBeGreaterThan(1)
  expect(offered.get('host.name')).toEqual(expect.any(String))
  for (const key of hostKeys) expect(Key.safeParse(key).success).toBe(true)
})

test('the host driver reads only what is declared', async () => {
  const { offered } = offersOf('host', ['uptime.hours'])
  await expect.poll(() => offered.size).toBe(2)
  expect([...offered.keys()].sort()).toEqual(['load.1m', 'uptime.hours'])
})

test('the simulated balance weighs, wanders and shows every fault within two days of its own', () => {
  const chance = seededChance('one')
  const scale = newScale(chance)
  const readings = Array.from({ length: 2 * 24 * 60 * 4 }, () => passTime(scale, 1, chance))
  const ever = (test: (reading: (typeof readings)[number]) => boolean) => readings.some(test)
  expect(ever(({ weight }) => weight > 50)).toBe(true)
  expect(ever(({ stability }) => !stability)).toBe(true)
  for (const fault of ['calibrationDue', 'overload', 'driftHigh'] as const) {
    expect(ever(({ alarms }) => alarms[fault])).toBe(true)
    expect(ever(({ alarms }) => !alarms[fault])).toBe(true)
  }
  for (const { weight, temperature, drift } of readings) {
    expect(weight).toBeGreaterThan(-1)
    expect(weight).toBeLessThan(300)
    expect(temperature).toBeGreaterThan(15)
    expect(temperature).toBeLessThan(30)
    expect(Math.abs(drift)).toBeLessThan(60)
  }
})

test('the simulated balance refuses a unit it does not have', async () => {
  const { made, offered } = offersOf('scale', [])
  await expect(made.setSetting('display.unit', 'stone')).rejects.toThrow('does not take stone')
  await expect(made.setSetting('no.such', 1)).rejects.toThrow('no setting')
  expect(await made.setSetting('display.unit', 'mg')).toEqual({ before: 'g', after: 'mg' })
  expect(offered.get('weight')).toEqual(expect.any(Number))
})
