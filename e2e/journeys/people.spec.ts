import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'somebody who is removed' })

test('AU22 AL06 a removed person is out at once, and the log keeps the name', async ({ as, stack }) => {
  const [approver, reader] = [await as('approver'), await as('reader')]
  await reader.page.goto(`/devices/${stack.seeded.devices['Balance 7']}/overview`)
  await expect(reader.page.getByRole('heading', { name: 'Balance 7' })).toBeVisible()
  await approver.page.goto('/people')
  await approver.page.getByRole('button', { name: 'What to do with Ines Frei' }).click()
  await approver.page.getByRole('menuitem', { name: 'Remove' }).click()
  await approver.page.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(approver.page.getByRole('cell', { name: 'Ines Frei' })).toHaveCount(0)
  await expect(reader.page).toHaveURL(/\/sign-in/)
  await approver.page.goto('/audit')
  await approver.page.getByLabel('Search the log').fill('Ines Frei')
  await expect(approver.page.getByText('Removed Ines Frei')).toBeVisible()
  await expect(approver.page.getByText('Signed in with password and passkey').first()).toBeVisible()
})
