import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'an altered log' })

test('AL14 who owns the database alters an entry: the customer finds it, both sides are told, and each explains it for itself', async ({
  as,
  stack,
}) => {
  test.setTimeout(120_000)
  const [clara, ruth] = await Promise.all([as('approver', { phone: true }), as('administrator')])
  const alarm = (page: typeof clara.page) => page.getByRole('alert').filter({ hasText: 'not as it was written' })

  await clara.page.goto('/audit')
  await clara.page.getByRole('link', { name: 'Is the log whole?' }).click()
  await expect(clara.page.getByRole('heading', { level: 1, name: 'Is our log whole?' })).toBeVisible()
  await clara.page.getByRole('button', { name: 'Verify now' }).click()
  await expect(clara.page.getByText('Nothing was altered')).toBeVisible({ timeout: 20_000 })
  await expect(clara.page.getByText(/Checked for Clara Meier.*nothing altered/)).toBeVisible()

  // The tree counts from 0, people from 1.
  await stack.alter(stack.seeded.customers['Helvetia Pharma'], 3)
  await clara.page.reload()
  await clara.page.getByRole('button', { name: 'Verify now' }).click()
  await expect(clara.page.getByRole('heading', { name: 'What was found' })).toBeVisible({ timeout: 20_000 })
  await expect(clara.page.getByText('Entry 4', { exact: true })).toBeVisible()
  await expect(alarm(clara.page)).toContainText('Helvetia Pharma: 1 fault')

  // The maker's administrator is told wherever he is.
  await expect(alarm(ruth.page)).toContainText('Helvetia Pharma: 1 fault')
  await ruth.page.goto('/mail')
  const subject = 'Alarm: the audit log of Helvetia Pharma is not as written'
  await expect(ruth.page.getByText(subject)).toHaveCount(3)
  await alarm(ruth.page).getByRole('link').click()
  await ruth.page.getByRole('button', { name: 'Explain' }).click()
  const dialog = ruth.page.getByRole('dialog')
  await dialog.getByLabel('What happened, and how you know').fill('A repair script on the wrong database, case C-9')
  await dialog.getByRole('button', { name: 'Write it down' }).click()
  await expect(alarm(ruth.page)).toHaveCount(0)
  await expect(ruth.page.getByText('Ruth Vogel, for the maker')).toBeVisible()
  await expect(ruth.page.getByText('Entry 4', { exact: true })).toBeVisible()

  // What the maker says ends nothing for the customer.
  await expect(clara.page.getByText('A repair script on the wrong database, case C-9')).toBeVisible()
  await expect(alarm(clara.page)).toBeVisible()
  await clara.page.getByRole('button', { name: 'Explain' }).click()
  await clara.page.getByLabel('What happened, and how you know').fill('The maker showed us the script')
  await clara.page.getByRole('button', { name: 'Write it down' }).click()
  await expect(alarm(clara.page)).toHaveCount(0)
  await clara.page.reload()
  await expect(clara.page.getByText('Clara Meier, for the customer')).toBeVisible()

  // The entry itself warns whoever reads it, and its line in the list does.
  await clara.page.getByRole('link', { name: 'Entry 4', exact: true }).click()
  await expect(clara.page.getByRole('alert')).toContainText('its outcome, as it is shown, is not what was written down')
  await clara.page.goto('/audit')
  await expect(clara.page.getByText('Not as it was written', { exact: true })).toHaveCount(1)
})

test('AL14 of many faults ten are shown first and how many there are; whoever asks for more by a key goes on with the first that came', async ({
  as,
  stack,
}) => {
  test.setTimeout(120_000)
  const tree = stack.seeded.customers['Helvetia Pharma']
  for (let seq = 0; seq < 15; seq++) await stack.alter(tree, seq)
  const { page } = await as('approver')
  await page.goto(`/audit/logs/${tree}`)
  await page.getByRole('button', { name: 'Verify now' }).click()
  const found = page.locator('section', { has: page.getByRole('heading', { name: 'What was found' }) })
  const faults = found.getByRole('listitem')
  await expect(faults).toHaveCount(10, { timeout: 20_000 })
  const shown = found.getByText(/^10 of \d+ are shown\.$/)
  await expect(shown).toBeVisible()
  const all = Number(/of (\d+)/.exec((await shown.textContent()) ?? '')?.[1])

  const more = found.getByRole('button', { name: 'Show more' })
  const asked = page.waitForRequest((request) => /\/faults\?.*cursor=/.test(request.url()))
  await more.focus()
  await page.keyboard.press('Enter')
  expect(new URL((await asked).url()).searchParams.get('limit')).toBe('50')
  await expect(faults).toHaveCount(all)
  await expect(more).toHaveCount(0)
  await expect(shown).toHaveCount(0)
  await expect(faults.nth(10)).toBeFocused()

  // Of checks nothing opens; the focus goes to the one that came all the same.
  await stack.alter(tree, 15)
  await page.route(/\/checks\?/, (route) =>
    route.continue({ url: route.request().url().replace('limit=10', 'limit=1') }),
  )
  await page.reload()
  await page.getByRole('button', { name: 'Verify now' }).click()
  const checks = page.getByRole('table', { name: 'Checks' })
  await expect(checks.locator('tbody').getByRole('row')).toHaveCount(1)
  await expect(checks).toContainText('16 faults', { timeout: 20_000 })
  await page.locator('section', { has: checks }).getByRole('button', { name: 'Show more' }).focus()
  await page.keyboard.press('Enter')
  await expect(checks.locator('tbody').getByRole('row')).toHaveCount(2)
  await expect(checks.locator('tbody').getByRole('row').nth(1)).toBeFocused()
})
