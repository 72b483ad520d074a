import { verify } from '@gatehouse/shared/audit/verify'
import type { Page } from '@gatehouse/shared/views/basics'
import type { ExportView } from '@gatehouse/shared/views/exports'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { append, entry } from '../../kernel/audit/append.ts'
import { primitives } from '../../kernel/audit/platform.ts'
import { openTestHouse, type TestHouse } from '../../testing/house.ts'
import { fetchFile, pinnedKey, unzipped } from './testing/reading.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 })

const many = 20_000

let h: TestHouse
beforeAll(async () => {
  h = await openTestHouse()
  const customerId = h.seeded.customers['Helvetia Pharma']
  const devices = Object.entries(h.seeded.devices).filter(([name]) => name.startsWith('Balance'))
  const at = h.clock.now()
  for (let from = 0; from < many; from += 500)
    await h.house.db.transaction((tx) =>
      append(
        tx,
        at,
        Array.from({ length: 500 }, (_, i) => {
          const [deviceName = '', deviceId = ''] = devices[(from + i) % devices.length] ?? []
          return entry({
            by: {
              kind: 'person',
              id: h.seeded.people.approver,
              name: 'Clara Meier',
              company: 'Helvetia Pharma',
              from: null,
            },
            event: 'alarm.acknowledged',
            fields: { code: `code ${from + i}`, note: 'x'.repeat(200) },
            about: { customerId, customerName: 'Helvetia Pharma', deviceId, deviceName },
          })
        }),
      ),
    )
})
afterAll(() => h.close())

const inUse = (): number => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}

test('AL15 a bundle of 20,000 events is made without having them in memory, and verifies', async () => {
  const ines = await h.as('reader')
  const customerId = h.seeded.customers['Helvetia Pharma']
  const before = inUse()
  let most = 0
  const watching = setInterval(() => {
    most = Math.max(most, inUse() - before)
  }, 20)
  const body = { format: 'bundle', filter: '', zone: 'Europe/Zurich', reason: '', since: 'first' }
  const asked = await ines.post<ExportView>('/api/me/exports', body)
  expect([asked.status, asked.body.total]).toEqual([201, null])
  const seen = async () => (await ines.get<Page<ExportView>>('/api/me/exports')).body.rows[0]
  await expect.poll(seen, { timeout: 120_000, interval: 200 }).toMatchObject({ state: 'done', error: null })
  clearInterval(watching)
  const { bytes } = await fetchFile(h.url, ines, asked.body.id)
  const { files } = await unzipped(bytes)
  const text = files.get('events.jsonl')?.length ?? 0
  expect(text).toBeGreaterThan(20_000_000)
  // What it is told of, its pages and the garbage of both; held whole, events and their text would be several times that.
  expect(most).toBeLessThan(150_000_000)
  const result = verify(primitives, files, { pinnedKey: await pinnedKey(h.house, customerId) })
  expect(result.checks.filter((one) => one.result === 'failed')).toEqual([])
  expect(result.count).toBeGreaterThanOrEqual(many)
  expect(result.manifest?.devices.length).toBeGreaterThan(1)
})
