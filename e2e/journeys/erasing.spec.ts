import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'somebody who is erased' })

test('IO05 one administrator asks for the erasing of a person, another confirms; after a day the log has the name no more', async ({
  as,
  stack,
}) => {
  test.setTimeout(90_000)
  const [clara, marc] = await Promise.all([as('approver'), as('colleague'), as('reader')])
  await clara.page.goto('/people')
  await clara.page.getByRole('button', { name: 'What to do with Ines Frei' }).click()
  await clara.page.getByRole('menuitem', { name: 'Erase personal data…' }).click()
  const why = clara.page.getByRole('dialog', { name: 'Erase the personal data of Ines Frei' })
  await why.getByLabel('Why').fill('She left, and asked for it')
  await why.getByRole('button', { name: 'Ask for it' }).click()
  const card = clara.page.getByRole('article', { name: 'Ines Frei' })
  await expect(card).toContainText('Waits for a second yes')
  await expect(card.getByRole('button', { name: 'Confirm…' })).toBeDisabled()

  await marc.page.goto('/erasures')
  await marc.page.getByRole('article', { name: 'Ines Frei' }).getByRole('button', { name: 'Confirm…' }).click()
  const sure = marc.page.getByRole('dialog')
  await expect(sure).toContainText('It cannot be undone')
  await sure.getByRole('button', { name: 'Yes, erase it' }).click()
  await expect(marc.page.getByText('Until then it can be stopped')).toBeVisible()
  // Whoever asked sees it by itself.
  await expect(card).toContainText('Confirmed by Marc Aubry')

  await stack.advance(24 * 3_600_000 + 60_000)
  const { page } = await as('approver')
  await page.goto('/erasures')
  const before = page.getByRole('table', { name: 'Erasures of before' })
  await expect(before.getByRole('row').filter({ hasText: 'Clara Meier' })).toContainText('Erased', { timeout: 30_000 })
  await expect(page.getByText('Ines Frei')).toHaveCount(0)
  await page.goto('/audit')
  await expect(page.getByText('(erased)').first()).toBeVisible()
  await page.getByLabel('Search the log').fill('Ines Frei')
  await expect(page.getByText('No event fits')).toBeVisible()
})
