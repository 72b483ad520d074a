import { expect, test } from '../fixtures/test.ts'
import { ApprovalsPage } from '../pages/approvals-page.ts'
import { DevicePage } from '../pages/device-page.ts'
import { PolicyPage } from '../pages/policy-page.ts'
import { TerminalPage } from '../pages/terminal-page.ts'

test.use({ stackFor: 'a watcher who is demanded' })

test('AP17 a session begins only while the customer watches, and pauses when nobody does', async ({ as }) => {
  test.setTimeout(180_000)
  const [clara, anna] = [await as('approver'), await as('technician')]
  const policy = await new PolicyPage(clara.page).open()
  await policy.change()
  const rule = policy.rule('Type in a terminal on a device')
  await rule.getByText(/^Who answers, how long/).click()
  await rule.getByLabel('Somebody of the customer has to watch').check()
  await policy.lookOver()
  await policy.save()

  const device = await new DevicePage(anna.page).open('Balance 7')
  await device.askForTerminal({ because: 'Drift after calibration', caseNumber: 'C-1042' })
  await clara.page.goto('/approvals')
  await clara.page.getByRole('link', { name: /Drift after calibration/ }).click()
  await new ApprovalsPage(clara.page).approve()
  await anna.page.getByRole('button', { name: 'Open the terminal' }).click()
  await expect(anna.page.getByText('Waiting for somebody of Helvetia Pharma to watch')).toBeVisible({ timeout: 20_000 })

  await clara.page.goto('/approvals')
  await expect(clara.page.getByText('Not begun yet: somebody of Helvetia Pharma has to watch.')).toBeVisible()
  await clara.page.getByRole('link', { name: 'Watch', exact: true }).click()
  const typed = new TerminalPage(anna.page)
  await typed.isLive()
  await typed.type('echo "sum: $((6*7))"')
  await expect(typed.screen()).toContainText('sum: 42')

  await clara.page.goto('/approvals')
  await expect(anna.page.getByText('Paused: nobody of Helvetia Pharma watches')).toBeVisible()
  await expect(clara.page.getByText('Paused: somebody of Helvetia Pharma has to watch.')).toBeVisible()
  await clara.page.getByRole('link', { name: 'Watch', exact: true }).click()
  await typed.isLive()
  await typed.type('echo "again: $((6*8))"')
  await expect(typed.screen()).toContainText('again: 48')
  await typed.end()
})
