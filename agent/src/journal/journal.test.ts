import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, statSync } from 'node:fs'
import type { DeviceMessage } from '@gatehouse/shared/agent/messages'
import pino from 'pino'
import { expect, test } from 'vitest'
import { files } from '../home.ts'
import { emptyHome } from '../testing/test-agent.ts'
import { openJournal } from './journal.ts'
import { openOutbox } from './outbox.ts'
import { openSequence } from './sequence.ts'

const values = (seq: number, text = 'x'): DeviceMessage => ({
  ...{ type: 'values', seq },
  values: [{ key: 'a.b', at: 1, value: text }],
})
const alarm = (seq: number): DeviceMessage => ({
  ...{ type: 'alarm', seq, at: 1, code: 'overload', raised: true, severity: 'critical', message: 'Too much' },
})
const everything = [10_000, Number.MAX_SAFE_INTEGER] as const
const numbers = (messages: DeviceMessage[]) => messages.map(({ seq }) => seq)

test('what waits comes back in order after the journal was opened anew, without what was acknowledged', () => {
  const path = emptyHome().path('journal.jsonl')
  const first = openJournal(path)
  for (const seq of [1, 2, 3, 4]) first.append(values(seq))
  first.acknowledge(2)
  first.close()
  const second = openJournal(path)
  expect(second.oldest(...everything)).toEqual([values(3), values(4)])
  expect(second.highest()).toBe(4)
})

test('a line torn by a crash, and a line of rubbish, cost only themselves', () => {
  const path = emptyHome().path('journal.jsonl')
  const first = openJournal(path)
  first.append(values(1))
  appendFileSync(path, 'rubbish\n\n{"type":"values","seq":2}\n{"type":"alarm","se')
  first.close()
  const second = openJournal(path)
  expect(numbers(second.oldest(...everything))).toEqual([1])
  second.append(alarm(3))
  second.close()
  expect(numbers(openJournal(path).oldest(...everything))).toEqual([1, 3])
})

test('a full journal drops its oldest values and no alarm', () => {
  const path = emptyHome().path('journal.jsonl')
  const journal = openJournal(path, 20_000)
  journal.append(alarm(1))
  for (let seq = 2; seq <= 100; seq++) journal.append(values(seq, 'x'.repeat(900)))
  journal.append(alarm(101))
  const left = numbers(journal.oldest(...everything))
  expect(left[0]).toBe(1)
  expect(left.at(-1)).toBe(101)
  expect(left).toContain(100)
  expect(left).not.toContain(2)
  expect(journal.dropped()).toBe(101 - left.length)
  expect(statSync(path).size).toBeLessThan(30_000)
  journal.close()
  expect(numbers(openJournal(path).oldest(...everything))).toEqual(left)
})

test('the file shrinks again when everything is acknowledged', () => {
  const path = emptyHome().path('journal.jsonl')
  const journal = openJournal(path)
  for (let seq = 1; seq <= 2_000; seq++) journal.append(values(seq, 'x'.repeat(990)))
  expect(statSync(path).size).toBeGreaterThan(2_000_000)
  journal.acknowledge(1_990)
  expect(statSync(path).size).toBeLessThan(20_000)
  expect(journal.oldest(...everything)).toHaveLength(10)
  expect(journal.oldest(3, 2_500)).toHaveLength(2)
  expect(journal.oldest(3, 1)).toHaveLength(1)
})

test('AG05 no number is given twice, whenever the agent is killed', () => {
  const path = emptyHome().path('sequence.json')
  const first = openSequence(path, 0)
  const given = Array.from({ length: 1_500 }, first.next)
  const second = openSequence(path, 0)
  expect(second.next()).toBeGreaterThan(given.at(-1) ?? 0)
  expect(new Set(given).size).toBe(1_500)
})

test('a home restored from an old backup takes numbers above those the server knows', () => {
  const home = emptyHome()
  const outbox = openOutbox(home, pino({ level: 'silent' }))
  outbox.put({ type: 'values', values: [{ key: 'a.b', at: 1, value: 1 }] })
  outbox.acknowledge(70_000)
  expect(numbers(outbox.next(10_000))).toEqual([70_001])
  outbox.acknowledge(70_001)
  expect(outbox.waiting()).toBe(0)
})

test('what was put is still there after kill -9', async () => {
  const home = emptyHome()
  const child = spawn(process.execPath, [
    '--import',
    'tsx',
    new URL('../testing/busy-writer.ts', import.meta.url).pathname,
    home.folder,
  ])
  const put: string[] = []
  child.stdout.on('data', (bytes: Buffer) => put.push(bytes.toString()))
  await expect.poll(() => put.join('').split('\n').length, { timeout: 15_000 }).toBeGreaterThan(500)
  child.kill('SIGKILL')
  await once(child, 'close')
  const told = put.join('').split('\n').slice(0, -1).map(Number)
  const journal = openJournal(home.path(files.journal))
  const kept = numbers(journal.oldest(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER))
  expect(told.length).toBeGreaterThan(500)
  expect(kept).toEqual(expect.arrayContaining(told))
  expect(kept).toEqual([...kept].sort((a, b) => a - b))
  expect(readFileSync(home.path(files.journal), 'utf8').endsWith('\n')).toBe(true)
})
