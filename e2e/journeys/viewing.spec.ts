import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'looking as somebody else' })

for (const phone of [false, true])
  test(`AZ17 support sees what a customer's person sees, with a reason, and changes nothing (${phone ? 'phone' : 'desktop'})`, async ({
    as,
  }) => {
    test.setTimeout(120_000)
    const ruth = await as('administrator', { phone })
    const { page } = ruth
    await page.goto('/customers')
    await page.getByRole('link', { name: 'Helvetia Pharma' }).click()
    await page.getByRole('link', { name: /people/ }).click()
    await page.getByRole('button', { name: 'What to do with Clara Meier' }).click()
    await page.getByRole('menuitem', { name: 'See what Clara Meier sees' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText('is told by mail')
    await expect(dialog.getByRole('button', { name: 'Begin' })).toBeDisabled()
    await dialog.getByLabel('Reason').fill('She cannot find her approvals')
    await dialog.getByLabel('Case number').fill('C-7')
    await dialog.getByRole('button', { name: 'Begin' }).click()

    const banner = page.getByRole('complementary', { name: 'You look as somebody else' })
    await expect(banner).toContainText('Ruth Vogel, you see Gatehouse as Clara Meier of Helvetia Pharma')
    await expect(banner).toContainText('She cannot find her approvals (case C-7)')
    await expect(banner).toContainText(/1[45]:\d\d left/)
    // It is Clara's first page, and her menu; what is Ruth's is not there.
    await expect(page.getByRole('heading', { level: 1, name: 'Approvals' })).toBeVisible()
    await page.goto('/mail')
    await expect(banner).toBeInViewport()
    await expect(page.getByText('There is nothing here that you may see.')).toBeVisible()

    // The buttons are hers, and do nothing.
    await page.goto('/policy')
    await page.getByRole('button', { name: 'Change the rules' }).click()
    await page
      .getByRole('group', { name: 'Type in a terminal on a device', exact: true })
      .getByText('Never', { exact: true })
      .click()
    await page.getByRole('button', { name: 'Look over and save' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await expect(page.getByRole('dialog').getByText('nothing can be changed or opened that way').first()).toBeVisible()
    await expect(banner).toBeInViewport()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()

    await banner.getByRole('button', { name: 'Stop' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'People' })).toBeVisible()
    await expect(banner).toHaveCount(0)

    const clara = await as('approver')
    await clara.page.goto('/audit')
    const log = clara.page.getByRole('table')
    await expect(
      log
        .getByText(
          'Began to look at Gatehouse as Clara Meier, for 15 minutes: She cannot find her approvals (case C-7)',
        )
        .first(),
    ).toBeVisible()
    await expect(log.getByText('Ruth Vogel as Clara Meier').first()).toBeVisible()
    await expect(log.getByText('No longer looks at Gatehouse as Clara Meier: stopped').first()).toBeVisible()
    await page.goto('/mail')
    await expect(page.getByText('Ruth Vogel looks at Gatehouse as you see it').first()).toBeVisible()
  })

test('AZ17 it ends at its time: an open page turns back by itself, and what was clicked too late is not done', async ({
  as,
  stack,
}) => {
  test.setTimeout(120_000)
  const { page } = await as('administrator')
  await page.goto('/customers')
  await page.getByRole('link', { name: 'Helvetia Pharma' }).click()
  await page.getByRole('link', { name: /people/ }).click()
  await page.getByRole('button', { name: 'What to do with Ines Frei' }).click()
  await page.getByRole('menuitem', { name: 'See what Ines Frei sees' }).click()
  await page.getByLabel('Reason').fill('A page is empty')
  await page.getByLabel('Minutes').fill('5')
  await page.getByRole('button', { name: 'Begin' }).click()
  const banner = page.getByRole('complementary', { name: 'You look as somebody else' })
  await expect(banner).toContainText('Ines Frei')
  await stack.advance(5 * 60_000)
  await expect(banner).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'Customers' })).toBeVisible()
  await expect(page.getByText('Ruth Vogel')).toBeVisible()
})
