import { expect, test } from '../fixtures/test.ts'
import { PolicyPage } from '../pages/policy-page.ts'

test.use({ stackFor: 'looks that are asked about' })

test('C7 a customer wants to know what for: nothing is shown before it is said, and it stands in “Who looked”', async ({
  as,
  stack,
}) => {
  test.setTimeout(90_000)
  const [anna, clara] = await Promise.all([as('technician'), as('approver')])
  const policy = await new PolicyPage(clara.page).open()
  await policy.change()
  await policy
    .rule('Look at devices, their data and the pages of the customer')
    .getByText('With a stated purpose only', { exact: true })
    .click()
  await policy.lookOver()
  await policy.save()

  // A list leaves out whose events nobody may see before he says what for, and says so.
  await anna.page.goto('/audit')
  const left = anna.page.getByText(/^Not in this list, because they want to know first what you look for/)
  await expect(left.getByRole('link', { name: 'Helvetia Pharma' })).toBeVisible()
  await expect(anna.page.getByRole('table', { name: 'Audit log' })).not.toContainText('Balance 7')

  const balance = `/devices/${stack.seeded.devices['Balance 7']}/overview`
  const name = anna.page.getByRole('heading', { level: 1, name: 'Balance 7' })
  const asked = anna.page.getByRole('dialog', { name: 'What do you look at this device for?' })
  // An open alarm would say what for, and balances raise one now and then, for some seconds.
  await clara.page.goto(balance)
  await expect(clara.page.getByRole('tab', { name: 'Alarms', exact: true })).toBeVisible({ timeout: 30_000 })
  await anna.page.goto(balance)
  await expect(asked).toContainText('stands in the customer’s audit log, with your name')
  await asked.getByRole('button', { name: 'Cancel' }).click()
  await expect(anna.page.getByText('wants to know')).toBeVisible()
  await expect(name).toHaveCount(0)

  await anna.page.reload()
  await expect(asked.getByRole('button', { name: 'Say it and look' })).toBeDisabled()
  await asked.getByRole('button', { name: 'Looking for a fault' }).click()
  await asked.getByLabel('Case number').fill('C-1042')
  await asked.getByRole('button', { name: 'Say it and look' }).click()
  await expect(name).toBeVisible()
  await anna.page.reload()
  await expect(name).toBeVisible()
  await expect(asked).toHaveCount(0)

  await clara.page.goto('/looks')
  await expect(clara.page.getByRole('heading', { level: 1, name: 'Who looked at our data' })).toBeVisible()
  const row = clara.page.getByRole('table', { name: 'Who looked' }).getByRole('row').filter({ hasText: 'Anna Keller' })
  await expect(row).toContainText('Looking for a fault, case C-1042')
  await expect(row.getByRole('link', { name: 'Balance 7' })).toBeVisible()
  await row.getByRole('link', { name: /entr/ }).click()
  await expect(clara.page).toHaveURL(/\/audit\?kind=looks&people=/)
  await expect(clara.page.getByText(/Balance 7.*“Looking for a fault, case C-1042”/).first()).toBeVisible()
})
