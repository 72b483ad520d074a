import type { SessionGrant } from '@gatehouse/shared/agent/messages'
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

test('IO01 what a device says of itself, of its alarms and its actions is shown as text on every page', async ({
  as,
  stack,
}) => {
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

test('IO01 a text value, and why a device refuses a session, are shown as text', async ({ as, stack }) => {
  test.setTimeout(120_000)
  const [administrator, technician, approver] = [
    await as('administrator'),
    await as('technician'),
    await as('approver'),
  ]
  const name = `Hostile line ${link}`
  const device = await addRawDevice(administrator.page, stack, name, 'H-2', 'controller')
  const path = `/devices/${device.deviceId}`
  const line = await device.connect()
  await line.say(device.heartbeat(), device.values({ 'host.name': markup, 'os.name': link }))
  for (const { page } of [technician, approver]) {
    await page.goto(`${path}/overview`)
    for (const value of [markup, link]) await expect(page.getByText(value, { exact: true })).toBeVisible()
    await isInert(page)
  }

  await technician.page.goto(`${path}/ask`)
  await technician.page.getByLabel('Why?').fill('Drift after calibration')
  await technician.page.getByRole('button', { name: /^Ask / }).click()
  await expect(technician.page).toHaveURL(/\/requests\//)
  await approver.page.goto(`/approvals/${technician.page.url().split('/').at(-1)}`)
  await approver.page.getByRole('button', { name: 'Approve', exact: true }).click()
  // The browser's own way in is open before the device refuses: else it would find the session over, and say so aloud.
  const heard = technician.page
    .waitForEvent('websocket', (socket) => socket.url().includes('/streams/'))
    .then((socket) => socket.waitForEvent('framereceived'))
  await technician.page.getByRole('button', { name: 'Open the terminal' }).click()
  await expect(technician.page).toHaveURL(/\/sessions\//)
  await heard

  const { grants = [] } = await line.until((message) => (message.grants ?? []).length > 0)
  const { sessionId, epoch } = JSON.parse(
    Buffer.from(grants[0]?.split('.')[1] ?? '', 'base64url').toString(),
  ) as SessionGrant
  const because = `${markup} ${link}`
  await line.say({ type: 'session', at: Date.now(), sessionId, epoch, outcome: 'refused', because })
  await expect(technician.page.getByRole('heading', { name: 'The device refused it' })).toBeVisible()
  await expect(technician.page.getByText(name).first()).toBeVisible()
  await isInert(technician.page)
  for (const { page } of [technician, approver]) {
    for (const address of [`/sessions/${sessionId}`, `${path}/requests`]) {
      await page.goto(address)
      await expect(page.getByText(name).first()).toBeVisible()
      await isInert(page)
    }
    for (const address of [`${path}/audit`, '/audit']) {
      await page.goto(address)
      await expect(page.getByText(because).first()).toBeVisible()
      await isInert(page)
    }
  }
  await line.close()
})
