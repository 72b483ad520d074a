import { newAgent } from '../fixtures/agent.ts'
import { addDevice } from '../fixtures/devices.ts'
import { expect, test } from '../fixtures/test.ts'
import { DevicePage } from '../pages/device-page.ts'

test('AG03 AG11 a device enrols with its code, comes online, and is gone for good when it is revoked', async ({
  as,
  stack,
}) => {
  const { page } = await as('administrator')
  const id = await addDevice(page, stack, 'Balance 21', 'XA-B21-0001')
  await page.goto(`/devices/${id}/overview`)
  await expect(page.getByText('Awaiting enrolment')).toBeVisible()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Give out an enrolment code' }).click()
  await page.getByRole('button', { name: 'Give out a code' }).click()
  const code = (await page.getByText(/^GH-[0-9A-Z-]+$/).textContent()) ?? ''

  const agent = await newAgent()
  try {
    expect(await agent.enrol(stack.url, code)).toBe(0)
    const thief = await newAgent()
    expect(await thief.enrol(stack.url, code), 'a code enrols once').not.toBe(0)
    await thief.stop()
    agent.run()
    await page.keyboard.press('Escape')
    await expect(page.getByText('Online', { exact: true })).toBeVisible({ timeout: 20_000 })
    await expect(page.getByText('WebSocket')).toBeVisible()

    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Revoke its identity' }).click()
    await page.getByLabel('Reason').fill('Sold')
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await expect(page.getByText('Identity revoked')).toBeVisible()
  } finally {
    await agent.stop()
  }
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(page).toHaveURL(/\/fleet/)
  await expect(page.getByRole('link', { name: 'Balance 21' })).toHaveCount(0)
  await page.goto(`/audit?`)
  await page.getByLabel('Search the log').fill('Balance 21')
  for (const says of [
    'Removed Balance 21',
    'Revoked the identity of Balance 21: Sold',
    'Balance 21 enrolled with its own key',
  ])
    await expect(page.getByText(says)).toBeVisible()

  // Its history keeps its page, and nothing else of it is left.
  await page.goto(`/devices/${id}/audit`)
  await expect(page.getByRole('heading', { name: 'Balance 21' })).toBeVisible()
  await expect(page.getByText('Removed', { exact: true })).toBeVisible()
  await expect(page.getByText('Revoked the identity of Balance 21: Sold')).toBeVisible()
  await expect(page.getByRole('tab')).toHaveText(['Requests and sessions', 'Audit'])
  await expect(page.getByRole('button', { name: 'More' })).toHaveCount(0)
  await page.goto(`/devices/${id}/overview`)
  await expect(page.getByRole('tab', { selected: true })).toHaveText('Audit')
})

test('a technician fetches a log file; what the policy wants to be asked about says so', async ({ as }) => {
  const { page } = await as('technician')
  const device = await new DevicePage(page).open('Balance 7')
  await device.tab('Actions')
  const shut = page.getByRole('button', { name: /^Change a setting/ })
  await expect(shut).toHaveAttribute('aria-disabled', 'true')
  await shut.hover()
  await expect(page.getByRole('tooltip')).toContainText('asked first')
  await page.getByRole('button', { name: 'Fetch a log file' }).click()
  await page.getByRole('button', { name: 'Queue it' }).click()
  await page.getByRole('button', { name: 'Show the file' }).first().click({ timeout: 20_000 })
  await expect(page.locator('pre')).toContainText('connected')
})

test('an approved setting is changed on the device, and its value follows', async ({ as }) => {
  const [technician, approver] = [await as('technician'), await as('approver', { phone: true })]
  const { page } = technician
  const device = await new DevicePage(page).open('Balance 11')
  await page.getByRole('button', { name: 'Ask for access' }).click()
  await page.getByRole('checkbox', { name: 'Type in a terminal on a device' }).uncheck()
  await page.getByRole('checkbox', { name: 'Change a setting of a device' }).check()
  await page.getByLabel('Why?').fill('The display shows the wrong unit')
  await page.getByRole('button', { name: /^Ask / }).click()
  await expect(page).toHaveURL(/\/requests\//)
  const request = new URL(page.url()).pathname.split('/').at(-1)

  await approver.page.goto(`/approvals/${request}`)
  await approver.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await expect(page.getByText('Approved', { exact: true }).first()).toBeVisible()

  await device.open('Balance 11')
  await device.tab('Actions')
  await page.getByRole('button', { name: 'Change a setting' }).click()
  await page.getByLabel('New value').fill('5')
  await page.getByRole('button', { name: 'Queue it' }).click()
  await expect(page.getByText(/was 3, is 5/)).toBeVisible({ timeout: 20_000 })
})

test('the fleet is found, filtered and shared by its address', async ({ as }) => {
  const { page } = await as('technician')
  await page.goto('/fleet')
  await page.getByLabel('Search devices').fill('cork')
  await expect(page.getByRole('link', { name: 'Balance 11' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Weighing line 3' })).toHaveCount(0)
  await expect(page).toHaveURL(/search=cork/)
  await page.reload()
  await expect(page.getByRole('link', { name: 'Balance 11' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Weighing line 3' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(page.getByRole('link', { name: 'Weighing line 3' })).toBeVisible()
  await page.getByRole('button', { name: 'Serial number' }).click()
  await expect(page).toHaveURL(/sort=serial/)
})
