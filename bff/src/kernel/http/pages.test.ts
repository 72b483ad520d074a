import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestHouse, type TestHouse, type Visitor } from '../../testing/house.ts'

let h: TestHouse
let who: Record<'administrator' | 'technician' | 'approver', Visitor>
let at: { customer: string; device: string }
beforeAll(async () => {
  h = await openTestHouse()
  const [administrator, technician, approver] = await Promise.all([
    h.as('administrator'),
    h.as('technician'),
    h.as('approver'),
  ])
  who = { administrator, technician, approver }
  at = { customer: h.seeded.customers['Helvetia Pharma'], device: h.seeded.devices['Balance 7'] ?? '' }
})
afterAll(() => h.close())

const lists: [path: string, by: 'administrator' | 'technician' | 'approver'][] = [
  ['devices', 'technician'],
  ['customers', 'technician'],
  ['models', 'technician'],
  ['alarms', 'technician'],
  ['requests', 'technician'],
  ['sessions', 'technician'],
  ['audit', 'technician'],
  ['mail', 'administrator'],
  ['staff', 'administrator'],
  ['customers/:customer/people', 'approver'],
  ['devices/:device/alarms', 'technician'],
  ['devices/:device/actions', 'technician'],
  ['devices/:device/requests', 'technician'],
  ['devices/:device/sessions', 'technician'],
  ['devices/:device/audit', 'technician'],
]
const cursorOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url')
const madeUp = {
  'no cursor at all': 'made-up',
  'an empty one': '',
  'one of no key': cursorOf([]),
  'a key of other kinds': cursorOf([{}, 'x', 1]),
  'an id that is none': cursorOf(['x']),
  'two of which the second is no id': cursorOf(['Anna', 'x']),
}

describe('AZ12 a list never begins anew in silence', () => {
  test.each(lists)('/api/%s goes on from no cursor that was made up', async (path, by) => {
    const url = `/api/${path.replace(/:(\w+)/, (_, name: 'customer' | 'device') => at[name])}`
    expect((await who[by].get(url)).status).toBe(200)
    for (const [what, cursor] of Object.entries(madeUp)) {
      const { status, body } = await who[by].get<{ error?: { fields?: object } }>(`${url}?cursor=${cursor}`)
      expect([what, status, Object.keys(body.error?.fields ?? {})]).toEqual([what, 422, ['cursor']])
    }
  })
})
