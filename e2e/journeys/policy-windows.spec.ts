import { expect, test } from '../fixtures/test.ts'
import { DevicePage } from '../pages/device-page.ts'

test.use({ stackFor: 'windows of a policy' })

const day = 86_400_000

/** How long it is until the next Sunday noon in UTC: no window of working days is open then, anywhere. */
const untilSunday = (now: number): number => {
  const noon = new Date(now).setUTCHours(12, 0, 0, 0)
  const days = (7 - new Date(noon).getUTCDay()) % 7
  const sunday = noon + days * day
  return (sunday > now ? sunday : sunday + 7 * day) - now
}

test('AP10 a customer draws a window; outside of it the door is shut, and says when it opens', async ({
  as,
  stack,
}) => {
  test.setTimeout(120_000)
  await stack.advance(untilSunday(stack.now()))
  const clara = await as('approver')
  await clara.page.goto('/policy')
  await clara.page.getByRole('button', { name: 'Change the rules' }).click()
  const rule = clara.page.getByRole('group', { name: 'Type in a terminal on a device', exact: true })
  await rule.getByText('By the clock', { exact: true }).click()
  await expect(rule.getByLabel('From')).toHaveValue('08:00')
  const openings = rule.getByRole('table', { name: 'Next openings' })
  await expect(openings.getByRole('row')).toHaveCount(6)
  await expect(openings).toContainText('Mon')
  await rule.getByRole('button', { name: 'Sat 22:00–22:30' }).focus()
  await clara.page.keyboard.press('Space')
  await expect(rule.getByText('Sat 22:00–22:30').first()).toBeVisible()
  await clara.page.getByRole('button', { name: 'Look over and save' }).click()
  const dialog = clara.page.getByRole('dialog')
  await expect(dialog).toContainText('08:00–17:00')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(clara.page.getByText('By the clock').first()).toBeVisible()

  const anna = await as('technician')
  const device = await new DevicePage(anna.page).open('Balance 7')
  await expect(
    device.page.getByRole('button', { name: /Open the terminal \(not possible: .*It opens on \d\d \w+ \d{4}, 08:00/ }),
  ).toBeVisible()
  await clara.page.goto('/audit')
  await expect(clara.page.getByText(/Changed the policy of .*08:00–17:00/).first()).toBeVisible()
})
