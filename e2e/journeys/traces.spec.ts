import { demoPassword, demoPeople } from '@gatehouse/bff/demo/people'
import { insidePages } from '@gatehouse/shared/pages'
import type { BrowserContext, Page } from '@playwright/test'
import { expect, type Somebody, test } from '../fixtures/test.ts'
import { SignInPage } from '../pages/sign-in-page.ts'

test.use({ stackFor: 'what is left behind' })

/** Everything a browser sends from now on: addresses, and where it says that it comes from. */
const sentBy = (context: BrowserContext) => {
  const sent: { url: string; referer: string | undefined }[] = []
  context.on('request', (request) => sent.push({ url: request.url(), referer: request.headers().referer }))
  context.on('page', (page) => page.on('websocket', (socket) => sent.push({ url: socket.url(), referer: undefined })))
  return sent
}

/** What stays in a browser when the page is gone. */
const storedIn = (page: Page) =>
  page.evaluate(async () => ({
    local: Object.entries(localStorage),
    session: Object.entries(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    cookie: document.cookie,
    window: window.name,
    history: JSON.stringify(history.state),
  }))

const tokenOf = async (context: BrowserContext) => (await context.cookies())[0]?.value ?? 'no cookie'

/** Opens every page that needs somebody signed in, with the ids of the demonstration. */
const openEverything = async ({ page }: Somebody, ids: Record<string, string>) => {
  for (const pattern of insidePages) {
    await page.goto(
      pattern.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? '0190a5d2-7c44-7e1b-9f3e-2b7d5a9c1e10'),
    )
    await expect(page.getByRole('main')).not.toBeEmpty()
    await expect(page.getByRole('navigation', { name: 'Main' })).toBeAttached()
  }
}

test('SE11 HD08 a journey through every page asks nobody else, and leaves nothing that tells of anybody', async ({
  as,
  stack,
}) => {
  test.slow()
  const ruth = await as('administrator', { signIn: false })
  const { page, context } = ruth
  const sent = sentBy(context)
  page.on('websocket', (socket) => sent.push({ url: socket.url(), referer: undefined }))
  await page.goto('/fleet')
  const door = new SignInPage(page)
  await door.password(demoPeople.administrator.email, demoPassword('administrator'))
  await door.passkey()
  await door.isIn()
  const deviceId = stack.seeded.devices['Balance 7'] ?? ''
  await openEverything(ruth, {
    deviceId,
    tab: 'trends',
    customerId: stack.seeded.customers['Helvetia Pharma'],
    modelId: stack.seeded.models.balance,
  })
  await page.goto('/customers')
  await page.getByRole('link', { name: 'Helvetia Pharma' }).first().click()
  await expect(page.getByText('Basel').first()).toBeVisible()

  const token = await tokenOf(context)
  expect(token).toMatch(/^[\w-]{43}$/)
  const secrets = [
    token,
    demoPassword('administrator'),
    demoPeople.administrator.email,
    'Ruth',
    'Helvetia',
    'Balance 7',
  ]
  const stored = await storedIn(page)
  expect(stored.local.map(([key]) => key).filter((key) => key !== 'gatehouse-colour-scheme')).toEqual([])
  expect(stored).toMatchObject({ databases: [], caches: [], workers: 0, cookie: '', window: '' })
  const forms = secrets.flatMap((one) => [one, encodeURIComponent(one), Buffer.from(one).toString('base64')])
  for (const one of forms) {
    expect(JSON.stringify(stored), one).not.toContain(one)
    expect(sent.filter(({ url }) => url.includes(one))).toEqual([])
  }

  expect(sent.length).toBeGreaterThan(100)
  expect(sent.filter(({ referer }) => referer)).toEqual([])
  const origins = new Set(sent.map(({ url }) => (/^(data|blob):/.exec(url) ? 'inline' : new URL(url).host)))
  expect([...origins].filter((one) => one !== 'inline')).toEqual([new URL(stack.url).host])
})

test('SE11 the link to a new address, opened signed out, works after signing in, and its token stands nowhere', async ({
  as,
}) => {
  const [ines, ruth] = [await as('reader'), await as('administrator')]
  const fresh = 'ines.frei@helvetia.example'
  await ines.page.goto('/address')
  await ines.page.getByLabel('New address').fill(fresh)
  await ines.page.getByLabel('Present password').fill(demoPassword('reader'))
  await ines.page.getByRole('button', { name: 'Send a link to the new address' }).click()
  await expect(ines.page.getByText(`A link went to ${fresh}`)).toBeVisible()
  await ruth.page.goto('/mail')
  await ruth.page
    .getByRole('button', { name: /address/i })
    .first()
    .click()
  const text = await ruth.page.getByText('/address#').first().textContent()
  const token = /\/address#([\w-]{43})/.exec(text ?? '')?.[1] ?? 'no link'
  expect(token).toMatch(/^[\w-]{43}$/)

  await ines.context.clearCookies()
  const sent = sentBy(ines.context)
  await ines.page.goto('about:blank')
  await ines.page.goto(`/address#${token}`)
  await expect(ines.page).toHaveURL(/\/sign-in\?to=%2Faddress$/)
  const door = new SignInPage(ines.page)
  await door.password(demoPeople.reader.email, demoPassword('reader'))
  expect(JSON.stringify(await storedIn(ines.page))).not.toContain(token)
  await door.passkey()
  await expect(ines.page.getByRole('heading', { name: 'Confirm the new address' })).toBeVisible()
  await expect(ines.page).toHaveURL(/\/address$/)
  expect(JSON.stringify(await storedIn(ines.page))).not.toContain(token)
  await ines.page.getByRole('button', { name: 'Use the new address' }).click()
  await expect(ines.page.getByText('Your address is changed.')).toBeVisible()
  // Playwright tells of what stands behind `#`, which no browser sends.
  expect(sent.filter(({ url }) => (url.split('#')[0] ?? '').includes(token))).toEqual([])
  expect(sent.filter(({ referer }) => referer)).toEqual([])
  await ines.page.goBack()
  expect(ines.page.url()).not.toContain(token)
})
