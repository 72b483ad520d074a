import { expect, test } from '../fixtures/test.ts'
import { ApprovalsPage } from '../pages/approvals-page.ts'
import { DevicePage } from '../pages/device-page.ts'

test.use({ stackFor: 'a full disk' })

test('AL20 while the disk is nearly full a technician asks all the same, and the customer can say no, and yes later', async ({
  as,
  stack,
}) => {
  test.setTimeout(120_000)
  const [anna, clara] = [await as('technician'), await as('approver', { phone: true })]
  const notice = (page: typeof anna.page) => page.locator('#nothing-new')
  await stack.diskStopsAt(0)
  await expect(notice(anna.page)).toContainText('asking for access, denying, withdrawing and ending', {
    timeout: 20_000,
  })

  const device = await new DevicePage(anna.page).open('Balance 7')
  await device.askForTerminal({ because: 'Drift after calibration', caseNumber: 'C-1042' })
  await expect(anna.page.getByText('Waiting for an answer').first()).toBeVisible()

  await clara.page.goto('/approvals')
  await new ApprovalsPage(clara.page).openRequest('Balance 7')
  const approve = clara.page.getByRole('button', { name: 'Approve', exact: true })
  await expect(clara.page.getByText('You can deny now, and approve later')).toBeVisible()
  await expect(approve).toBeDisabled()
  await expect(clara.page.getByRole('button', { name: 'Deny' })).toBeEnabled()

  await stack.diskStopsAt(100)
  await expect(notice(clara.page)).toHaveCount(0, { timeout: 20_000 })
  await approve.click()
  await expect(clara.page.getByText('Approved', { exact: true }).first()).toBeVisible()
})
