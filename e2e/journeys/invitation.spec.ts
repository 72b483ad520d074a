import { choosePassword, chosenPassword, invite, linkInMail } from '../fixtures/links.ts'
import { expect, test } from '../fixtures/test.ts'
import { SetUpPage } from '../pages/set-up-page.ts'
import { SignInPage } from '../pages/sign-in-page.ts'

test.use({ stackFor: 'people who get links' })
// Several people sign in, with passwords that are slow to check on purpose.
test.describe.configure({ timeout: 120_000 })

test('AU03 a customer invites a colleague, who chooses his password and sees what his group allows', async ({ as }) => {
  const [clara, ruth, urs] = [
    await as('approver'),
    await as('administrator'),
    await as('reader', { signIn: false, phone: true }),
  ]
  await invite(clara.page, { name: 'Urs Amsler', email: 'urs@helvetia.example', group: 'Helvetia readers' })
  const row = clara.page.getByRole('row', { name: /Urs Amsler/ })

  const link = await linkInMail(ruth.page, 'Clara Meier invites you to Gatehouse', 'invitation')
  await urs.page.goto(link)
  await expect(urs.page.getByRole('heading', { name: 'Welcome to Gatehouse' })).toBeVisible()
  await expect(urs.page, 'SE11 the token has left the address bar').toHaveURL(/\/invitation$/)
  await choosePassword(urs.page)
  await urs.page.getByRole('link', { name: 'Sign in' }).click()
  await new SignInPage(urs.page).password('urs@helvetia.example', chosenPassword)
  const setUp = new SetUpPage(urs.page)
  await setUp.isOpen()
  await setUp.passkey()
  await setUp.keepCodes()
  await expect(urs.page.getByText('Balance 7')).toBeVisible()
  await urs.page.goto('/approvals')
  await expect(urs.page.getByRole('button', { name: 'Approve' })).toHaveCount(0)

  const again = await urs.context.newPage()
  await again.goto(link)
  await choosePassword(again)
  await expect(again.getByRole('heading', { name: 'This link cannot be used' })).toBeVisible()
  await clara.page.reload()
  await expect(row).toContainText('Active')

  await row.getByRole('button', { name: 'What to do with Urs Amsler' }).click()
  await clara.page.getByRole('menuitem', { name: 'Reset the password' }).click()
  await clara.page.getByRole('button', { name: 'Reset the password' }).click()
  await expect(urs.page, 'AU21 signed out at once').toHaveURL(/sign-in/)
})

test('who has forgotten his password gets a link, and nobody learns whether there is an account', async ({ as }) => {
  const [ruth, ines] = [await as('administrator'), await as('reader', { signIn: false })]
  await ines.page.goto('/sign-in')
  await ines.page.getByRole('link', { name: 'Forgot your password?' }).click()
  // The page of the sign-in, which is left, has a field of this name as well.
  await expect(ines.page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible()
  await ines.page.getByLabel('E-mail').fill('ines@helvetia.example')
  await ines.page.getByRole('button', { name: 'Send me a link' }).click()
  await expect(ines.page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible()
  await ines.page.goto(await linkInMail(ruth.page, 'Choose another password', 'reset'))
  await choosePassword(ines.page)
  await expect(ines.page.getByRole('heading', { name: 'Your password is set' })).toBeVisible()
  await ines.page.goto('/fleet')
  await expect(ines.page, 'AU03 nobody is signed in by a link').toHaveURL(/sign-in/)
})
