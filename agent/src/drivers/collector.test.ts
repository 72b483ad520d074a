import type { Declaration } from '@gatehouse/shared/devices/declaration'
import pino from 'pino'
import { beforeEach, expect, test, vi } from 'vitest'
import { openOutbox } from '../journal/outbox.ts'
import { emptyHome } from '../testing/test-agent.ts'
import { createCollector } from './collector.ts'

const declaration: Declaration = {
  driver: 'scale',
  items: [
    { key: 'weight', says: 'Weight', type: 'number', unit: 'g', everySeconds: 10, deadband: 0.5, digits: 1 },
    { key: 'name', says: 'Name', type: 'text', unit: '', everySeconds: 1, deadband: 0, digits: 0 },
  ],
  alarms: [{ code: 'overload', says: 'Overload', severity: 'critical' }],
  ...{ settings: [], logs: [] },
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] })
  return () => vi.useRealTimers()
})

const aCollector = (home = emptyHome()) => {
  const outbox = openOutbox(home, pino({ level: 'silent' }))
  const sent: string[] = []
  outbox.filled.listen((message) => {
    if (message.type === 'values') sent.push(...message.values.map(({ key, value }) => `${key}=${value}`))
    if (message.type === 'alarm') sent.push(`${message.code}:${message.raised}`)
  })
  const collector = createCollector(outbox, home, 60_000)
  collector.declare(declaration)
  /** Offers a value after some seconds and returns what was sent. */
  const after = (seconds: number, key: string, value: number | string | boolean) => {
    vi.setSystemTime(Date.now() + seconds * 1_000)
    collector.value(key, value)
    collector.collect()
    return sent.splice(0)
  }
  return { home, collector, after, sent }
}

test('only changes beyond the deadband are sent, and not too often', () => {
  const { after } = aCollector()
  expect(after(0, 'weight', 10)).toEqual(['weight=10'])
  expect(after(20, 'weight', 10.4)).toEqual([])
  expect(after(1, 'weight', 10.5)).toEqual(['weight=10.5'])
  expect(after(5, 'weight', 99)).toEqual([])
  expect(after(5, 'weight', 98)).toEqual(['weight=98'])
})

test('the newest of many quick changes is sent when its time has come', () => {
  const { after, collector, sent } = aCollector()
  after(0, 'weight', 1)
  expect([after(1, 'weight', 2), after(1, 'weight', 3)]).toEqual([[], []])
  vi.setSystemTime(Date.now() + 9_000)
  collector.collect()
  expect(sent).toEqual(['weight=3'])
})

test('unchanged values are repeated after the time of refresh, as long as they are read', () => {
  const { after, collector, sent } = aCollector()
  after(0, 'weight', 1)
  expect(after(30, 'weight', 1)).toEqual([])
  expect(after(31, 'weight', 1)).toEqual(['weight=1'])
  vi.setSystemTime(Date.now() + 120_000)
  collector.collect()
  expect(sent).toEqual([])
  collector.refresh()
  collector.collect()
  expect(sent).toEqual(['weight=1'])
})

test('AG10 what is not declared, or not of the declared type, is not sent', () => {
  const { after, collector } = aCollector()
  expect(after(0, 'secret', 1)).toEqual([])
  expect(after(0, 'weight', 'heavy')).toEqual([])
  expect(after(0, 'weight', Number.NaN)).toEqual([])
  expect(after(0, 'name', 'x'.repeat(2_000))).toEqual([`name=${'x'.repeat(1_000)}`])
  expect(after(5, 'name', 'half a \ud83d')).toEqual(['name=half a \ufffd'])
  collector.declare(undefined)
  expect(after(5, 'name', 'nothing')).toEqual([])
})

test('an alarm is told at once, and once, also over a restart', () => {
  const { home, collector, sent } = aCollector()
  collector.alarm('overload', false, '')
  collector.alarm('overload', true, 'Too much')
  collector.alarm('overload', true, 'Too much')
  collector.alarm('undeclared', true, 'What?')
  expect(sent.splice(0)).toEqual(['overload:true'])
  const again = aCollector(home)
  again.collector.alarm('overload', true, 'Too much')
  again.collector.alarm('overload', false, 'Good')
  expect(again.sent).toEqual(['overload:false'])
})
