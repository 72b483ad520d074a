import type { LookerView } from '@gatehouse/shared/views/looks'
import { expect, test } from 'vitest'
import { together } from './together.ts'

const row = (id: string | null, lastAt: number, looks: number, devices: string[], purposes: string[]): LookerView => ({
  id,
  name: `Person ${id}`,
  company: 'Alpenwerk',
  looks,
  lastAt,
  devices: devices.map((one) => ({ id: one, name: `Device ${one}` })),
  purposes,
})

test('whoever stands on several pages stands once: looks added, devices and reasons once each, the newest first', () => {
  const rows = together([
    row('a', 90, 3, ['1', '2'], ['x', 'y']),
    row('b', 80, 1, [], []),
    row('a', 70, 2, ['2', '3'], ['y', 'z', 'p', 'q']),
    row(null, 60, 1, ['1'], []),
  ])
  expect(rows).toEqual([
    row('a', 90, 5, ['1', '2', '3'], ['x', 'y', 'z', 'p']),
    row('b', 80, 1, [], []),
    row(null, 60, 1, ['1'], []),
  ])
})
