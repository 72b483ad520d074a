import { wallAt } from '@gatehouse/shared/policies/zone-clock'
import { expect, test } from '../fixtures/test.ts'
import { DevicePage } from '../pages/device-page.ts'
import { PolicyPage } from '../pages/policy-page.ts'

test.use({ stackFor: 'a window that opens' })

const zone = 'Europe/Zurich'
const minute = 60_000
const day = 86_400_000

/** How long it is until shortly before the next 08:00 of a Monday at the site. */
const untilMonday = (now: number, before: number): number => {
  const wall = wallAt(zone, now) ?? now
  const midnight = wall - (wall % day)
  const days = (8 - new Date(wall).getUTCDay()) % 7
  const eight = midnight + days * day + 8 * 60 * minute - before
  return (eight > wall ? eight : eight + 7 * day) - wall
}

test('AP10 a page that is open turns by itself when a window opens, and says before whose rule it is', async ({
  as,
  stack,
}) => {
  test.setTimeout(180_000)
  const clara = await as('approver')
  const policy = await new PolicyPage(clara.page).open()
  await policy.change()
  await policy.rule('Type in a terminal on a device').getByText('By the clock', { exact: true }).click()
  await policy.lookOver()
  await policy.save()
  // Time enough to sign in and to look at the shut door.
  await stack.advance(untilMonday(stack.now(), 40_000))

  const anna = await as('technician')
  const device = await new DevicePage(anna.page).open('Balance 7')
  const door = device.page.getByRole('button', { name: /^Open the terminal/ })
  await expect(door).toHaveAccessibleName(
    /So says the rule for all devices of Helvetia Pharma\. It opens on .*08:00 CET/,
  )
  // Nobody does anything here: what is drawn new is asked for by the page.
  await expect(door).toHaveAccessibleName(/wants to be asked first/, { timeout: minute })
})
