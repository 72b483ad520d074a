import { demoPassword, demoPeople } from '@gatehouse/bff/demo/people'
import { codeOf } from '../fixtures/codes.ts'
import { choosePassword, chosenPassword, invite, linkInMail } from '../fixtures/links.ts'
import { expect, test } from '../fixtures/test.ts'
import { ApprovalsPage } from '../pages/approvals-page.ts'
import { DevicePage } from '../pages/device-page.ts'
import { SetUpPage } from '../pages/set-up-page.ts'
import { SignInPage } from '../pages/sign-in-page.ts'
import { StepUpDialog } from '../pages/step-up-dialog.ts'

test.use({ stackFor: 'second factors' })
// Several people sign in, with passwords that are slow to check on purpose.
test.describe.configure({ timeout: 120_000 })

const minute = 60_000

test('AU02 AU03 AU04 AU05 whoever is invited sets up an app first; its codes and the recovery codes work once', async ({
  as,
  stack,
}) => {
  const [clara, ruth, urs, again] = [
    await as('approver'),
    await as('administrator'),
    await as('reader', { signIn: false, phone: true }),
    await as('reader', { signIn: false }),
  ]
  const email = 'urs@helvetia.example'
  await invite(clara.page, { name: 'Urs Amsler', email, group: 'Helvetia readers' })
  await urs.page.goto(await linkInMail(ruth.page, 'Clara Meier invites you to Gatehouse', 'invitation'))
  await choosePassword(urs.page)
  await urs.page.getByRole('link', { name: 'Sign in' }).click()
  const door = new SignInPage(urs.page)
  await door.password(email, chosenPassword)
  const setUp = new SetUpPage(urs.page)
  await setUp.isOpen()
  // The password alone opens nothing else.
  expect((await urs.context.request.get('/api/devices')).status()).toBe(403)
  await urs.page.goto('/fleet')
  await setUp.isOpen()
  const secret = await setUp.app(stack.now())
  const recovery = await setUp.keepCodes()
  expect(new Set(recovery).size).toBe(10)
  await expect(urs.page, 'the way back is kept').toHaveURL(/\/fleet/)
  await expect(urs.page.getByText('Balance 7')).toBeVisible()
  await urs.page.getByRole('button', { name: 'Menu', exact: true }).click()
  await door.signOut('Urs Amsler')

  // The code that set the app up is used; the next one signs in.
  await stack.advance(minute)
  const code = codeOf(secret, stack.now())
  await door.password(email, chosenPassword)
  await expect(urs.page.getByText('The password was right, Urs Amsler.')).toBeVisible()
  expect((await urs.context.request.get('/api/devices')).status()).toBe(401)
  await door.code(`${code.slice(0, 3)} ${code.slice(3)}`)
  await door.isIn()

  await again.page.goto('/sign-in')
  const other = new SignInPage(again.page)
  await other.password(email, chosenPassword)
  await other.code(code)
  await other.isRefused()
  await expect(again.page.getByLabel('Code of your authenticator app')).toBeFocused()
  await other.recoveryCode(recovery[0] ?? '')
  await other.isIn()
  await again.page.goto('/profile')
  await expect(again.page.getByText('9 left of those made')).toBeVisible()
  await other.signOut('Urs Amsler')
  await other.password(email, chosenPassword)
  await other.recoveryCode(recovery[0] ?? '')
  await other.isRefused()
  await again.page.getByRole('button', { name: 'Sign in as somebody else' }).click()
  await expect(again.page.getByLabel('E-mail')).toBeVisible()
})

test('AU03 AU21 who has lost everything is reset, makes a passkey, and signs in with it', async ({ as }) => {
  const [ruth, tom] = [await as('administrator'), await as('outsider', { signIn: false })]
  await ruth.page.goto('/people')
  await ruth.page.getByRole('button', { name: 'What to do with Tom Brandt' }).click()
  await ruth.page.getByRole('menuitem', { name: 'Reset the password' }).click()
  await ruth.page.getByLabel(/^Has lost phone or key/).check()
  await ruth.page.getByRole('button', { name: 'Reset the password' }).click()
  await expect(ruth.page.getByText('Tom Brandt gets a link')).toBeVisible()
  await tom.page.goto(await linkInMail(ruth.page, 'Choose another password', 'reset'))
  await choosePassword(tom.page)
  await tom.page.getByRole('link', { name: 'Sign in' }).click()
  const door = new SignInPage(tom.page)
  await door.password(demoPeople.outsider.email, chosenPassword)
  const setUp = new SetUpPage(tom.page)
  await setUp.isOpen()
  await setUp.passkey()
  await setUp.keepCodes()
  await door.isIn()
  await tom.page.goto('/profile')
  const ways = tom.page.getByRole('list', { name: 'Ways to sign in' })
  await expect(ways.getByRole('listitem')).toHaveCount(2)
  await ways.getByRole('button', { name: /^Rename / }).click()
  await tom.page.getByRole('textbox', { name: 'Name' }).fill('The laptop in the workshop')
  await tom.page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
  await expect(ways.getByText('The laptop in the workshop')).toBeVisible()
  await door.signOut('Tom Brandt')
  await door.password(demoPeople.outsider.email, chosenPassword)
  await door.passkey()
  await door.isIn()
})

test('AP19 SE05 whoever approves after ten minutes shows once more who he is; both his tabs go on', async ({
  as,
  stack,
}) => {
  const [technician, clara] = [await as('technician'), await as('approver')]
  await (await new DevicePage(technician.page).open('Balance 11')).askForTerminal({
    because: 'Look at the log',
    caseNumber: 'C-7',
  })
  const second = await clara.context.newPage()
  await second.goto(`/devices/${stack.seeded.devices['Balance 11']}/requests`)
  await expect(second.getByText('Look at the log').first()).toBeVisible()
  await stack.advance(11 * minute)

  const approvals = new ApprovalsPage(clara.page)
  await approvals.openRequest('Balance 11')
  await clara.page.getByRole('button', { name: 'Approve', exact: true }).click()
  const stepUp = new StepUpDialog(clara.page)
  await expect(stepUp.dialog()).toContainText('Answering a request asks you to show once more that it is you.')
  await clara.page.keyboard.press('Escape')
  await expect(stepUp.dialog()).toBeHidden()
  await expect(clara.page.getByText('Nothing was done: you did not show that it is you.').first()).toBeVisible()

  const before = await clara.context.cookies()
  await clara.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await stepUp.passkey()
  await expect(clara.page.getByText('Approved', { exact: true }).first()).toBeVisible()

  // The other tab hears of it, and goes on with the new token.
  await expect(second.getByText('Approved', { exact: true }).first()).toBeVisible()
  await second.getByRole('link', { name: 'Devices' }).first().click()
  await expect(second.getByRole('link', { name: 'Balance 7', exact: true })).toBeVisible()

  const thief = await as('reader', { signIn: false })
  await thief.context.addCookies(before)
  expect((await thief.context.request.get('/api/me')).status(), 'the token before is dead').toBe(401)
  expect((await clara.context.request.get('/api/me')).status()).toBe(200)
})

test('AU20 a factor is removed with the password and a factor, a mail tells of it, and the last one stays', async ({
  as,
  stack,
}) => {
  const [ruth, marc] = [await as('administrator'), await as('colleague', { phone: true })]
  await marc.page.goto('/profile')
  const ways = marc.page.getByRole('list', { name: 'Ways to sign in' })
  await expect(ways).toContainText('Authenticator app')
  await stack.advance(11 * minute)
  await ways.getByRole('button', { name: 'Remove the authenticator app' }).click()
  await marc.page.getByRole('button', { name: 'Remove', exact: true }).click()
  const stepUp = new StepUpDialog(marc.page)
  await expect(stepUp.dialog()).toContainText('Changing how you sign in asks you to show')
  await stepUp.dialog().getByRole('button', { name: 'Use your passkey' }).click()
  await expect(stepUp.dialog().getByRole('alert')).toContainText('Enter your password first')
  await stepUp.dialog().getByLabel('Password', { exact: true }).fill('not it')
  await stepUp.dialog().getByRole('button', { name: 'Use your passkey' }).click()
  await expect(stepUp.dialog().getByRole('alert')).toContainText('The present password is not right')
  await stepUp.passkey({ password: demoPassword('colleague') })
  await expect(ways).not.toContainText('Authenticator app')

  await ways.getByRole('button', { name: /^Remove / }).click()
  await marc.page.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(marc.page.getByText('You have to keep a second factor.')).toBeVisible()

  await ruth.page.goto('/mail')
  await expect(ruth.page.getByRole('button', { name: /A way to sign in was removed.*marc@helvetia/ })).toBeVisible()
})

test('SE05 whose rights change gets a new token by himself, in all his tabs', async ({ as }) => {
  const [clara, ines] = [await as('approver'), await as('reader')]
  const second = await ines.context.newPage()
  await second.goto('/fleet')
  await expect(second.getByRole('link', { name: 'Balance 7', exact: true })).toBeVisible()
  const before = await ines.context.cookies()
  await clara.page.goto('/people')
  await clara.page.getByRole('button', { name: 'What to do with Ines Frei' }).click()
  await clara.page.getByRole('menuitem', { name: 'Change the groups' }).click()
  await clara.page.getByLabel('Helvetia approvers').check()
  await clara.page.getByRole('button', { name: 'Save' }).click()
  await expect(clara.page.getByText('The groups of Ines Frei are changed.')).toBeVisible()

  for (const page of [ines.page, second]) {
    await expect(page.getByRole('link', { name: 'Approvals' })).toBeVisible()
    await page.getByRole('link', { name: 'Approvals' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Approvals' })).toBeVisible()
  }
  const thief = await as('outsider', { signIn: false })
  await thief.context.addCookies(before)
  expect((await thief.context.request.get('/api/me')).status(), 'the token before is dead').toBe(401)
})
