import { expect, test } from 'vitest'
import { isZone } from './zone.ts'

test.each(['Europe/Zurich', 'Asia/Kolkata', 'Asia/Calcutta', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3', 'UTC'])(
  '%s is a zone',
  (name) => expect(isZone(name)).toBe(true),
)
test.each([
  '',
  'Europe/Nowhere',
  '+01:00',
  'CET+1',
  'europe/zurich',
  'Europe/Zurich ',
  'Europe',
  '../etc/passwd',
  'GMT+3',
])('“%s” is none', (name) => expect(isZone(name)).toBe(false))
