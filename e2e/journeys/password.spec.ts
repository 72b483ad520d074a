import { expect, test } from '../fixtures/test.ts'
import { SignInPage } from '../pages/sign-in-page.ts'

test.use({ stackFor: 'an old password' })

test('AU08 a password of 90 days leads to its change and nowhere else', async ({ as, stack }) => {
  const { page } = await as('reader', { signIn: false })
  await stack.advance(90 * 86_400_000)
  await page.goto('/sign-in')
  const door = new SignInPage(page)
  await door.password('ines@helvetia.example', 'copper lantern ines')
  await door.passkey()
  await expect(page).toHaveURL(/change-password/)
  await page.goto('/fleet')
  await expect(page).toHaveURL(/change-password/)
  await page.getByLabel('Present password').fill('copper lantern ines')
  await page.getByLabel('New password', { exact: true }).fill('brass weights on linen')
  await page.getByLabel('New password again').fill('brass weights on linen')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await expect(page.getByRole('heading', { name: 'Devices' })).toBeVisible()
})
