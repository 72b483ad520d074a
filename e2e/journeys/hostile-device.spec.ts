import type { Page } from '@playwright/test'
import { addRawDevice } from '../fixtures/devices.ts'
import { expect, test } from '../fixtures/test.ts'

const markup = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'
const link = '"><a href="javascript:window.owned=1">click</a>'

/** Nothing of what the device sent has become an element, and none of it ran. */
const isInert = async (page: Page): Promise<void> => {
  await expect(page.locator('img[src="x"], a[href^="javascript:"], [onerror]')).toHaveCount(0)
  expect(await page.evaluate(() => 'owned' in window)).toBe(false)
}

test('IO01 every string a device can send is shown as text on every page', async ({ as, stack }) => {
  test.setTimeout(120_000)
  const [administrator, technician, approver] = [
    await as('administrator'),
    await as('technician'),
    await as('approver'),
  ]
  const device = await addRawDevice(administrator.page, stack, `Hostile ${markup}`, `H-1 ${link}`.slice(0, 80))
  const say = (...messages: Parameters<typeof device.say>) => device.say(...messages)
  await say(
    device.heartbeat({ platform: markup, agentVersion: link.slice(0, 40) }),
    {
      type: 'alarm',
      at: Date.now(),
      code: 'overload',
      raised: true,
      severity: 'critical',
      message: `${markup} ${link}`,
    },
    device.values({ 'not.declared': markup, weight: 1 }),
  )

  // An action whose result and whose failure are the device's own words.
  const path = `/devices/${device.deviceId}`
  await technician.page.goto(`${path}/actions`)
  for (const outcome of ['succeeded', 'failed'] as const) {
    await technician.page.getByRole('button', { name: 'Fetch a log file' }).click()
    await technician.page.getByRole('button', { name: 'Queue it' }).click()
    await expect(technician.page.getByRole('dialog')).toBeHidden()
    const { body } = await say(device.heartbeat({ platform: markup }))
    const command = body.commands?.[0] ?? ''
    const { jti } = JSON.parse(Buffer.from(command.split('.')[1] ?? '', 'base64url').toString()) as { jti: string }
    const answer =
      outcome === 'succeeded' ? { result: { text: `${markup}\n${link}`, truncated: false } } : { because: markup }
    await say(device.receipt(jti, { outcome, ...answer }))
  }
  await expect(technician.page.getByText(markup, { exact: true }).first()).toBeVisible()
  await technician.page.getByRole('button', { name: 'Show the file' }).click()
  await expect(technician.page.locator('pre').getByText(link)).toBeVisible()
  await isInert(technician.page)

  // What a technician writes is hostile to an approver as well.
  await technician.page.goto(`${path}/ask`)
  await technician.page.getByLabel('Why?').fill(`${markup} ${link}`)
  await technician.page.getByLabel('Case number').fill('<b>C-1</b>')
  await technician.page.getByRole('button', { name: /^Ask / }).click()
  await expect(technician.page).toHaveURL(/\/requests\//)
  const requestId = technician.page.url().split('/').at(-1)

  const pages = [
    '/fleet',
    '/alarms',
    '/audit',
    ...['overview', 'trends', 'alarms', 'actions', 'requests', 'audit'].map((tab) => `${path}/${tab}`),
  ]
  for (const { page } of [technician, approver]) {
    for (const address of pages) {
      await page.goto(address)
      await expect(page.getByText(/Hostile <img/).first()).toBeVisible()
      await isInert(page)
    }
  }
  for (const address of ['/approvals', `/approvals/${requestId}`]) {
    await approver.page.goto(address)
    await expect(approver.page.getByText(/<img src=x/).first()).toBeVisible()
    await isInert(approver.page)
  }
  await administrator.page.goto('/mail')
  await administrator.page
    .getByRole('button', { name: /Hostile/ })
    .first()
    .click()
  await expect(administrator.page.getByText(/<img src=x/).first()).toBeVisible()
  await isInert(administrator.page)
})
