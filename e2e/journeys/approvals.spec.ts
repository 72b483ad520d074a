import { expect, test } from '../fixtures/test.ts'
import { ApprovalsPage } from '../pages/approvals-page.ts'
import { DevicePage } from '../pages/device-page.ts'
import { PolicyPage } from '../pages/policy-page.ts'
import { StepUpDialog } from '../pages/step-up-dialog.ts'

test.use({ stackFor: 'approvals of two people' })

const minute = 60_000

test('C3 two people approve, told one after the other; the second within what the first gave', async ({
  as,
  stack,
}) => {
  test.setTimeout(180_000)
  const [clara, anna] = [await as('approver'), await as('technician')]
  const policy = await new PolicyPage(clara.page).open()
  await policy.change()
  const rule = policy.rule('Type in a terminal on a device')
  await rule.getByText(/^Who answers, how long/).click()
  await rule.getByLabel('Two different people have to approve it').check()
  await rule.getByRole('button', { name: /^Add a step/ }).click()
  await rule.getByRole('combobox', { name: /^Step 1: who is told/ }).click()
  await clara.page.getByRole('option', { name: 'Marc Aubry' }).click()
  await clara.page.keyboard.press('Escape')
  const dialog = await policy.lookOver()
  await expect(dialog).toContainText('2 approvers, step 1: 1 person or group, 15 minutes')
  await policy.save()

  const device = await new DevicePage(anna.page).open('Balance 7')
  await device.askForTerminal({ because: 'Drift after calibration', caseNumber: 'C-1042' })
  await expect(anna.page.getByText('0 of 2 approvals. Two different people have to approve it.')).toBeVisible()
  await expect(anna.page.getByText(/^Told: Marc Aubry, /)).toBeVisible()
  await expect(anna.page.getByText(/^Next: everybody else who may answer, at /)).toBeVisible()
  await stack.advance(15 * minute)
  await expect(anna.page.getByText(/^Told: Clara Meier, /)).toBeVisible({ timeout: 20_000 })

  const marc = await as('colleague', { phone: true })
  const first = new ApprovalsPage(marc.page)
  await marc.page.goto('/approvals')
  await first.openRequest('Balance 7')
  await expect(marc.page.getByText('Your approval alone opens nothing', { exact: false })).toBeVisible()
  await first.approveShorter(25)
  await expect(marc.page.getByRole('heading', { name: 'You have approved this' })).toBeVisible()
  await expect(anna.page.getByText('1 of 2 approvals: Marc Aubry has approved it', { exact: false })).toBeVisible()
  await expect(anna.page.getByText('Waiting for a second approval').first()).toBeVisible()

  const second = new ApprovalsPage(clara.page)
  await clara.page.goto('/approvals')
  await expect(clara.page.getByText('Marc Aubry has approved it; a second person has to as well.')).toBeVisible()
  await second.openRequest('Balance 7')
  await expect(clara.page.getByText('25 minutes instead of 1 hour', { exact: false }).first()).toBeVisible()
  await clara.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await new StepUpDialog(clara.page).passkey()
  await expect(clara.page.getByText('Approved by Clara Meier, 2 of 2')).toBeVisible()
  await expect(marc.page.getByText('Approved by Clara Meier, 2 of 2')).toBeVisible()
  await expect(anna.page.getByText('Less than was asked: 25 minutes instead of 1 hour')).toBeVisible()
})
