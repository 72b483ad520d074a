import { expect, test } from '../fixtures/test.ts'

test('AU18 AU19 a person sees where he is signed in, and ends it there', async ({ as }) => {
  const [here, there] = [await as('reader'), await as('reader', { phone: true })]
  await here.page.getByRole('button', { name: here.name }).click()
  await here.page.getByRole('menuitem', { name: 'Your profile' }).click()
  await expect(here.page.getByRole('heading', { name: 'Your profile' })).toBeVisible()
  const list = here.page.getByRole('table', { name: 'Where you are signed in' })
  await expect(list.getByRole('row')).toHaveCount(3)
  await expect(list.getByText('This one')).toHaveCount(1)
  await expect(here.page.getByText('This is the first')).toBeVisible()
  const cookies = await there.context.cookies()
  await list.getByRole('button', { name: /^End / }).click()
  await here.page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click()
  await expect(list.getByRole('row')).toHaveCount(2)
  await expect(there.page).toHaveURL(/\/sign-in/)
  // The cookie kept from before is worth nothing.
  await there.context.addCookies(cookies)
  expect((await there.context.request.get('/api/me')).status()).toBe(401)
})

test('AU06 the page that changes the password tells its strength, and never forbids by it', async ({ as }) => {
  const { page } = await as('auditor')
  await page.goto('/profile')
  await page.getByRole('link', { name: 'Change your password' }).click()
  const next = page.getByLabel('New password', { exact: true })
  await next.fill('aaaaaaaaaaaa')
  await expect(page.getByText('Guessed at once')).toBeVisible()
  await next.fill('seven slow herons wade')
  await expect(page.getByText('Very good')).toBeVisible()
})
