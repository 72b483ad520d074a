import { expect, test } from '../fixtures/test.ts'
import { ApprovalsPage } from '../pages/approvals-page.ts'
import { DevicePage } from '../pages/device-page.ts'
import { TerminalPage } from '../pages/terminal-page.ts'

test('a technician asks, the customer approves, watches and ends it, and the log tells the story', async ({ as }) => {
  const [technician, approver, outsider] = [await as('technician'), await as('approver'), await as('outsider')]

  const device = await new DevicePage(technician.page).open('Balance 7')
  await expect(technician.page.getByRole('button', { name: /^Open the terminal/ })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
  const deviceAddress = new URL(technician.page.url()).pathname
  await device.askForTerminal({ because: 'Drift after calibration', caseNumber: 'C-1042' })
  const requestAddress = new URL(technician.page.url()).pathname

  // The approver's page has been open all the time: nobody loads it again.
  const approvals = new ApprovalsPage(approver.page)
  await approvals.openRequest('Balance 7')
  for (const fact of ['Anna Keller', 'Alpenwerk Instruments', 'Drift after calibration', 'Case C-1042'])
    await expect(approver.page.getByText(fact).first()).toBeVisible()
  await approvals.approve()

  await technician.page.getByRole('button', { name: 'Open the terminal' }).click()
  await expect(technician.page).toHaveURL(/\/sessions\//)
  const typed = new TerminalPage(technician.page)
  await typed.isLive()
  const sessionAddress = new URL(technician.page.url()).pathname

  await approver.page.goto(sessionAddress)
  const watched = new TerminalPage(approver.page)
  await watched.isLive()
  await expect(technician.page.getByText('Clara Meier')).toBeVisible()

  await typed.type('echo "sum: $((6*7))"')
  await expect(typed.screen()).toContainText('sum: 42')
  await expect(watched.screen()).toContainText('sum: 42')
  await watched.type('echo from-the-watcher')
  await typed.type('echo second-line')
  await expect(watched.screen()).toContainText('second-line')
  await expect(typed.screen()).not.toContainText('from-the-watcher')

  for (const address of [deviceAddress, requestAddress, sessionAddress]) {
    await outsider.page.goto(address)
    await expect(outsider.page.getByText('There is nothing here that you may see.')).toBeVisible()
  }

  await watched.end()
  await typed.hasEnded('The customer ended it')
  await watched.hasEnded('The customer ended it')

  await technician.page.goto(requestAddress)
  await expect(technician.page.getByRole('button', { name: /^(Open|Go to) the terminal$/ })).toHaveCount(0)

  await technician.page.goto(deviceAddress.replace('/overview', '/audit'))
  const story = [
    /Asked for .*terminal.*, 60 minutes, because “Drift after calibration”/,
    /Approved .* for Anna Keller/,
    /Opened a session for/,
    /The session went live on Balance 7/,
    /Began to watch the session/,
    /The session ended: The customer ended it/,
  ]
  const rows = device.auditRows()
  await expect(rows.filter({ hasText: story[5] })).toHaveCount(1)
  const all = (await rows.allTextContents()).reverse()
  // What was done with this device before is another story.
  const said = all.slice(all.findLastIndex((text) => story[0]?.test(text)))
  const places = story.map((one) => said.findIndex((text) => one.test(text)))
  expect(places, 'each event is there').not.toContain(-1)
  expect(places, 'in their order').toEqual([...places].sort((a, b) => a - b))
})

test('a denied request says why, and opens nothing', async ({ as }) => {
  const [technician, approver] = [await as('technician'), await as('approver')]
  await (await new DevicePage(technician.page).open('Balance 11')).askForTerminal({
    because: 'Look at the log',
    caseNumber: 'C-1',
  })
  const approvals = new ApprovalsPage(approver.page)
  await approvals.openRequest('Balance 11')
  await approvals.deny('Not during the audit week')
  await expect(technician.page.getByText('Not during the audit week').first()).toBeVisible()
  await expect(technician.page.getByText('Denied', { exact: true }).first()).toBeVisible()
  await expect(technician.page.getByRole('button', { name: 'Open the terminal', exact: true })).toHaveCount(0)
})

test('signing out ends the session, and both screens say so', async ({ as }) => {
  const [technician, approver] = [await as('technician'), await as('approver')]
  await (await new DevicePage(technician.page).open('Weighing line 3')).askForTerminal({
    because: 'Update check',
    caseNumber: 'C-2',
  })
  const approvals = new ApprovalsPage(approver.page)
  await approvals.openRequest('Weighing line 3')
  await approvals.approve()
  await technician.page.getByRole('button', { name: 'Open the terminal' }).click()
  await new TerminalPage(technician.page).isLive()
  await approver.page.goto(new URL(technician.page.url()).pathname)
  const watched = new TerminalPage(approver.page)
  await watched.isLive()
  const second = await technician.context.newPage()
  await second.goto('/fleet')
  await second.getByRole('button', { name: /Anna Keller/ }).click()
  await second.getByRole('menuitem', { name: 'Sign out' }).click()
  await watched.hasEnded('The technician signed out')
  await expect(technician.page).toHaveURL(/\/sign-in/)
})
