import { expect, test } from '../fixtures/test.ts'

test('AL23 one administrator asks for the erasing of a person, another confirms, and until it begins it can be stopped', async ({
  as,
}) => {
  const [clara, marc] = await Promise.all([as('approver'), as('colleague')])
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
  await expect(sure).toContainText('cannot be undone')
  await sure.getByRole('button', { name: 'Yes, erase it' }).click()
  await expect(marc.page.getByText('Until then it can be stopped')).toBeVisible()
  // Whoever asked sees it by itself.
  await expect(card).toContainText('Confirmed by Marc Aubry')

  await clara.page.bringToFront()
  await card.getByRole('button', { name: 'Stop it' }).click()
  await clara.page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click()
  const earlier = clara.page.getByRole('table', { name: 'Earlier erasures' })
  await expect(earlier.getByRole('row').filter({ hasText: 'Ines Frei' })).toContainText('Stopped')
})
