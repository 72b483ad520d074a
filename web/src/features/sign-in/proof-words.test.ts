import { expect, test } from 'vitest'
import { whatFor } from './proof-words.ts'

test.each([
  ['POST /api/requests/1/decision', 'Answering a request'],
  ['POST /api/requests/1/session', 'Opening a session'],
  ['POST /api/requests/1/revoke', 'Taking back an approval'],
  ['PUT /api/customers/1/policy/site/2', 'Changing a policy'],
  ['PUT /api/customers/1/second-factor', 'Changing how people sign in'],
  ['POST /api/customers/1/people', 'Inviting somebody'],
  ['POST /api/staff/1/groups', 'Changing what people may do'],
  ['POST /api/staff/1/disable', 'Changing somebody’s account'],
  ['DELETE /api/me/factors/code', 'Changing how you sign in'],
  ['POST /api/me/password', 'Changing your password'],
  ['POST /api/devices/1/something', 'This'],
])('AP19 %s is said as “%s”', (call, words) => {
  expect(whatFor(call)).toBe(words)
})
