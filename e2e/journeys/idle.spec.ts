import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'the idle clock' })

test('SE01 SE02 a tab left alone with live values is signed out after 20 minutes of the server', async ({
  as,
  stack,
}) => {
  const { page } = await as('technician')
  await page.goto(`/devices/${stack.seeded.devices['Balance 7']}/overview`)
  await expect(page.getByText('Vibration')).toBeVisible()
  await stack.advance(19 * 60_000)
  await page.getByRole('tab', { name: 'Trends' }).hover()
  await stack.advance(61_000)
  await expect(page).toHaveURL(/\/sign-in\?/, { timeout: 20_000 })
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})
