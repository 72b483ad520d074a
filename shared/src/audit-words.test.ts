import { expect, test } from 'vitest'
import { plainSentence } from './audit-words.ts'

test('a refusal is read without training, and what is no code stays as it is', () => {
  expect(plainSentence('access.refused', { activity: 'policy.edit', because: 'step_up_required' })).toBe(
    'Refused: Change the policy of a customer (Please show once more that it is you)',
  )
  expect(plainSentence('access.refused', { activity: 'GET /api/me', because: 'network_refused' })).toMatch(
    /^Refused: Read \/api\/me \(Gatehouse may not be used from the network/,
  )
  expect(plainSentence('access.refused', { activity: 'constructor', because: '__proto__' })).toBe(
    'Refused: constructor (__proto__)',
  )
  expect(plainSentence('action.failed', { action: 'Fetch a log file', because: 'no such file' })).toBe(
    'Failed: Fetch a log file (no such file)',
  )
})
