import { expect, test } from '../fixtures/test.ts'
import { DevicePage } from '../pages/device-page.ts'
import { ProfilePage } from '../pages/profile-page.ts'

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

test('a person chooses a time zone: every page of his goes by it, and where the browser is elsewhere he is told', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const [here, there] = [await as('auditor'), await as('auditor', { phone: true })]
  const profile = await new ProfilePage(here.page).open()
  // The browser's zone is offered, and nothing is kept before he says so.
  await expect(profile.zone()).toHaveValue('Europe/Zurich')
  expect(await profile.kept()).toMatchObject({ zone: null })
  await profile.chooseZone('kolkata', 'Asia/Kolkata')

  await here.page.getByRole('link', { name: 'Alarms' }).click()
  await here.page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Cancel' }).click()
  await profile.saveZone()
  await expect(here.page.getByText('Times in Asia/Kolkata')).toBeVisible()
  await expect(here.page.getByText(/GMT\+5:30/).first()).toBeVisible()
  await there.page.goto('/alarms')
  await expect(there.page.getByText('Times are in Asia/Kolkata')).toHaveCount(2)

  // The clock on the wall says something else: told until he has seen it, and for this session.
  const hint = here.page.getByText(/This browser is in Europe\/Zurich/)
  await expect(hint).toBeVisible()
  await here.page.getByRole('button', { name: 'Keep Asia/Kolkata' }).click()
  await expect(hint).toHaveCount(0)
  await here.page.reload()
  await expect(here.page.getByText('Times in Asia/Kolkata')).toBeVisible()
  await expect(hint).toHaveCount(0)

  await there.page.getByRole('button', { name: 'Use Europe/Zurich' }).click()
  await expect(there.page.getByText('Times are in Europe/Zurich, newest')).toHaveCount(0)
  // The other browser hears of it without being loaded again.
  await expect(here.page.getByText('Times in Europe/Zurich')).toBeVisible()
  await here.page.getByRole('button', { name: 'Go by each browser again' }).click()
  await expect(here.page.getByText('You have not chosen one yet')).toBeVisible()
})

test('an approver who wants no mails about requests is warned that others must answer, and the last one stays mailed', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const [approver, colleague] = [await as('approver'), await as('colleague')]
  const profile = await new ProfilePage(approver.page).open()
  await expect(approver.page.getByText('Always by mail')).toBeVisible()
  await profile.news('Somebody asks for access', 'by mail').click()
  await expect(approver.page.getByText('Without these mails others must answer')).toBeVisible()
  await profile.saveNews()
  await approver.page.reload()
  await expect(profile.news('Somebody asks for access', 'by mail')).not.toBeChecked()

  const others = await new ProfilePage(colleague.page).open()
  await others.news('Somebody asks for access', 'by mail').click()
  await expect(colleague.page.getByText(/Nobody else is mailed about .*Balance 7/)).toBeVisible()
  await colleague.page.getByRole('button', { name: 'As it was' }).click()

  await profile.news('Somebody asks for access', 'by mail').click()
  await profile.saveNews()
  await expect(approver.page.getByText('Without these mails others must answer')).toHaveCount(0)
})

test('an approver who wants no notes of requests is not disturbed, and still finds them in his list', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const [technician, approver, colleague] = [await as('technician'), await as('approver'), await as('colleague')]
  const profile = await new ProfilePage(approver.page).open()
  await profile.news('Somebody asks for access', 'on the screen').click()
  await profile.saveNews()
  await colleague.page.goto('/alarms')

  const device = await new DevicePage(technician.page).open('Balance 7')
  await device.askForTerminal({ because: 'Who hears of it?', caseNumber: 'C-7' })
  await expect(colleague.page.getByText('Anna Keller asks for access')).toBeVisible()
  await approver.page.getByRole('link', { name: 'Approvals' }).click()
  await expect(approver.page.getByText('Who hears of it?').first()).toBeVisible()
  await expect(approver.page.getByText('Anna Keller asks for access')).toHaveCount(0)

  await technician.page.getByRole('button', { name: 'Withdraw' }).click()
  await technician.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
  await profile.open()
  await profile.news('Somebody asks for access', 'on the screen').click()
  await profile.saveNews()
})
