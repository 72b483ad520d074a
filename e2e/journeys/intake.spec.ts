import { hours } from '@gatehouse/bff/kernel/clock'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'people who find something' })

/** Fills the form in and sends it. */
const report = async (page: Page, kind: 'Vulnerability' | 'Suspected data breach', title: string): Promise<void> => {
  await page.getByRole('radio', { name: kind }).check()
  await page.getByLabel('In one line').fill(title)
  await page.getByLabel('What did you find').fill('1. Sign in\n2. Open the fleet\n3. <img src=x onerror=alert(1)>')
  await page.getByRole('button', { name: 'Send the report' }).click()
  await expect(page.getByRole('heading', { name: 'Thank you, we have it' })).toBeVisible()
}

/** What stands beside a name on a page. */
const fact = (page: Page, name: string) => page.locator('dt', { hasText: new RegExp(`^${name}$`) }).locator('+ dd')

test('HD11 a stranger on a phone reports a weak spot, is answered, and looks the answer up', async ({ as }) => {
  const [ruth, stranger] = [await as('administrator'), await as('reader', { signIn: false, phone: true })]
  await stranger.page.goto('/sign-in')
  await stranger.page.getByRole('link', { name: 'Security, and how to report a problem' }).click()
  await expect(stranger.page.getByRole('heading', { name: 'Security', exact: true })).toBeVisible()
  await stranger.page.getByRole('link', { name: 'Report a problem' }).first().click()
  await report(stranger.page, 'Vulnerability', 'The fleet shows a device of others')
  const number = (await fact(stranger.page, 'Number').textContent()) ?? ''
  const key = (await fact(stranger.page, 'Key').textContent()) ?? ''
  expect(number).toMatch(/^GH-\d{4}-\d{4}$/)

  await expect(ruth.page.getByRole('img', { name: '1 open report' }), 'the open page hears of it').toBeVisible()
  await ruth.page.getByRole('link', { name: /Security reports/ }).click()
  await ruth.page.getByRole('link', { name: 'The fleet shows a device of others' }).click()
  await expect(ruth.page.getByText('<img src=x onerror=alert(1)>')).toBeVisible()
  await ruth.page.getByLabel('Answer').fill('Thank you.\n\nWe see it too.')
  await ruth.page.getByRole('button', { name: 'Send the answer' }).click()
  await expect(ruth.page.getByText('Answered', { exact: true })).toBeVisible()

  await stranger.page.goto('/security/lookup')
  await stranger.page.getByLabel('Number').fill(number)
  await stranger.page.getByLabel('Key').fill('AAAAA-AAAAA-AAAAA-AAAAA')
  await stranger.page.getByRole('button', { name: 'Look it up' }).click()
  await expect(stranger.page.getByRole('alert')).toHaveText('No report has this number and this key.')
  await stranger.page.getByLabel('Key').fill(key.toLowerCase())
  await stranger.page.getByRole('button', { name: 'Look it up' }).click()
  await expect(stranger.page.getByText('We see it too.')).toBeVisible()
  await expect(stranger.page.getByText('Ruth Vogel')).toHaveCount(0)

  await ruth.page.getByRole('button', { name: 'Close the report' }).click()
  await ruth.page.getByLabel('Why?').fill('Mended in 1.2')
  await ruth.page.getByRole('button', { name: 'Close it' }).click()
  await expect(ruth.page.getByText('It is closed: nothing more is answered.')).toBeVisible()
  await stranger.page.getByRole('button', { name: 'Look it up' }).click()
  await expect(stranger.page.getByText('Mended in 1.2')).toBeVisible()
})

test('SE11 the link in the mail fills the form in, opens nothing by itself, and leaves the address bar', async ({
  as,
}) => {
  const [ruth, finder] = [await as('administrator'), await as('reader', { signIn: false })]
  await finder.page.goto('/security/report')
  await finder.page.getByLabel('Your e-mail address').fill('finder@example.com')
  await report(finder.page, 'Vulnerability', 'A header is missing')
  await expect(finder.page.getByText('on their way to you by mail')).toBeVisible()
  await ruth.page.goto('/mail')
  await ruth.page
    .getByRole('button', { name: /We have your security report/ })
    .first()
    .click()
  const text = await ruth.page.getByText('/security/lookup#').first().textContent()
  await finder.page.goto(/\/security\/lookup#\S+/.exec(text ?? '')?.[0] ?? '')
  await expect(finder.page).toHaveURL(/\/security\/lookup$/)
  await expect(finder.page.getByText('Waiting for an answer')).toHaveCount(0)
  await finder.page.getByRole('button', { name: 'Look it up' }).click()
  await expect(finder.page.getByText('Waiting for an answer')).toBeVisible()
})

test('AU10 the security page says that passwords are changed by the calendar, and that this deviates', async ({
  as,
}) => {
  const { page } = await as('reader')
  await page.getByRole('button', { name: /Ines Frei/ }).click()
  await page.getByRole('menuitem', { name: 'Security' }).click()
  await expect(page.getByRole('heading', { name: 'Why passwords are changed every 90 days' })).toBeVisible()
  await expect(page.getByText(/deviates from the advice of NIST SP 800-63B-4 and of OWASP ASVS 6\.2\.10/)).toBeVisible()
  await expect(page.getByText(/IEC 62443-3-3 SR 1\.7 RE 1/)).toBeVisible()
  await page.getByRole('link', { name: 'Report a problem' }).first().click()
  await expect(page.getByText('the report carries your name, Ines Frei (Helvetia Pharma)')).toBeVisible()
  await page.getByRole('link', { name: 'Back to your work' }).click()
  await expect(page.getByText('Balance 7')).toBeVisible()
})

test('HD11 a breach without an answer for a day is shown as late', async ({ as, stack }) => {
  const stranger = await as('reader', { signIn: false })
  await stranger.page.goto('/security/report')
  await report(stranger.page, 'Suspected data breach', 'Values of ours at another company')
  await stack.advance(hours(24))
  const ruth = await as('administrator')
  await expect(ruth.page.getByRole('img', { name: /1 overdue/ })).toBeVisible()
  await ruth.page.goto('/security-reports?state=overdue')
  const row = ruth.page.getByRole('row', { name: /Values of ours at another company/ })
  await expect(row).toContainText('Answer overdue')
})
