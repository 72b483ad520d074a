import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'tabs of one browser' })

const minutes = (n: number) => n * 60_000

test('SE03 three tabs warn after 18 minutes, one gesture in one of them keeps all, and all leave together', async ({
  as,
  stack,
}) => {
  test.slow()
  const { page, context } = await as('technician')
  const tabs = [page, await context.newPage(), await context.newPage()] as const
  const paths = ['/fleet', `/devices/${stack.seeded.devices['Balance 7']}/overview`, '/profile']
  for (const [i, tab] of tabs.entries()) await tab.goto(paths[i] ?? '/')
  const all = (check: (tab: (typeof tabs)[number]) => Promise<unknown>) => Promise.all(tabs.map(check))
  /** The server's clock moves on; the tabs, whose own clocks do not, learn of it by being loaded anew. */
  const pass = async (ms: number) => {
    await stack.advance(ms)
    await all((tab) => tab.reload())
  }
  const warning = (tab: (typeof tabs)[number]) => tab.getByText('Are you still there?')
  await all((tab) => expect(tab.getByRole('main')).toContainText(/Fleet|Vibration|Your profile/))
  await all((tab) => expect(warning(tab)).toHaveCount(0))

  await pass(minutes(18) + 10_000)
  await all((tab) => expect(warning(tab)).toBeVisible())
  await all((tab) => expect(tab.getByRole('timer')).toContainText(/signed out in (1:)?\d\d/))

  // To look, and to move the pointer, is not to stay.
  await tabs[0].bringToFront()
  await tabs[0].mouse.move(200, 200)
  await tabs[0].mouse.move(300, 300)
  await all((tab) => expect(warning(tab)).toBeVisible())

  await tabs[1].getByRole('button', { name: 'Stay signed in' }).click()
  await all((tab) => expect(warning(tab)).toHaveCount(0))
  await pass(minutes(15))
  await all((tab) => expect(tab.getByRole('main')).toContainText(/Fleet|Vibration|Your profile/))
  await all((tab) => expect(warning(tab)).toHaveCount(0))
  await pass(minutes(3) + 10_000)
  await all((tab) => expect(warning(tab)).toBeVisible())

  await stack.advance(minutes(2))
  await all((tab) => expect(tab).toHaveURL(/\/sign-in\?why=/, { timeout: 20_000 }))
  expect((await context.request.get('/api/me')).status()).toBe(401)
})

test('SE08 to sign out in one tab empties the others, and Back shows nothing', async ({ as, stack }) => {
  const { page, context, name } = await as('technician')
  const device = `/devices/${stack.seeded.devices['Balance 7']}/overview`
  await page.goto('/fleet')
  await expect(page.getByText('Balance 7')).toBeVisible()
  await page.goto(device)
  await expect(page.getByRole('heading', { name: 'Balance 7' })).toBeVisible()
  const other = await context.newPage()
  for (const path of ['/fleet', '/alarms', device]) await other.goto(path)
  await expect(other.getByRole('heading', { name: 'Balance 7' })).toBeVisible()
  const cookies = await context.cookies()

  await page.getByRole('button', { name }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await expect(other).toHaveURL(/\/sign-in/)
  expect(await context.cookies()).toEqual([])
  for (const tab of [page, other])
    for (let back = 0; back < 2; back++) {
      await tab.goBack()
      await expect(tab.getByRole('button', { name: 'Sign in' })).toBeVisible()
      await expect(tab.getByText('Balance 7')).toHaveCount(0)
      await expect(tab.getByText(name)).toHaveCount(0)
    }
  await context.addCookies(cookies)
  expect((await context.request.get('/api/me')).status()).toBe(401)
})
