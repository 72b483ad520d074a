import { chromium } from 'playwright'

const [, , email, password, outPrefix, ...pages] = process.argv
const base = process.env.BASE ?? 'http://localhost:8090'
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
  ],
})
for (const [kind, viewport] of [
  ['d', { width: 1440, height: 900 }],
  ['p', { width: 390, height: 844 }],
]) {
  if (process.env.ONLY && process.env.ONLY !== kind) continue
  const context = await browser.newContext({ viewport, colorScheme: process.env.SCHEME ?? 'light' })
  const page = await context.newPage()
  page.on('console', (m) => {
    if (['error', 'warning'].includes(m.type())) console.log(kind, m.type(), m.text().slice(0, 400))
  })
  page.on('pageerror', (e) => console.log(kind, 'PAGEERROR', e.stack?.slice(0, 600)))
  await page.goto(base + '/sign-in')
  await page.screenshot({ path: `/tmp/look/${outPrefix}-${kind}-signin.png` })
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((u) => !u.pathname.includes('sign-in'))
  for (const p of pages) {
    const [path, name] = p.split('=')
    await page.goto(base + path)
    await page.waitForTimeout(1500)
    await page.screenshot({ path: `/tmp/look/${outPrefix}-${kind}-${name}.png`, fullPage: process.env.FULL === '1' })
    console.log(kind, name, page.url())
  }
  await context.close()
}
await browser.close()
