import { policyLevelKinds } from '@gatehouse/shared/policies/policy'
import { expect, test } from 'vitest'
import { whyShut } from './shut-words.ts'

const device = {
  name: 'Balance 7',
  customer: { id: 'c', name: 'Helvetia Pharma' },
  site: { id: 's', name: 'Basel', zone: 'Europe/Zurich' },
  model: { id: 'm', name: 'XA-204' },
}
const never = { ok: false as const, because: 'policy_never' as const, says: 'No.' }
const says = (may: Parameters<typeof whyShut>[0]) => {
  const told = whyShut(may, device)
  return told.ok ? 'open' : told.says
}

test('AP10 a shut door says whose rule shuts it, and when it opens by the clock of the site', () => {
  expect(policyLevelKinds.map((level) => says({ ...never, level }))).toEqual([
    'No. So says the rule for all devices of Helvetia Pharma.',
    'No. So says the rule for the site Basel.',
    'No. So says the rule for the model XA-204.',
    'No. So says the rule for Balance 7 itself.',
  ])
  const nextAt = Date.UTC(2026, 10, 23, 7)
  expect(says({ ...never, because: 'policy_closed', level: 'site', nextAt })).toBe(
    'No. So says the rule for the site Basel. It opens on 23 Nov 2026, 08:00 CET.',
  )
})

test('what no policy shuts is said as it is', () => {
  expect(says({ ok: false, because: 'not_granted', says: 'None of your groups.' })).toBe('None of your groups.')
  expect(says({ ok: true })).toBe('open')
})
