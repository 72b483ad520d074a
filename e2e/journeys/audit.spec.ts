import { wallOf } from '@gatehouse/shared/audit-times'
import { expect, test } from '../fixtures/test.ts'
import { AuditPage } from '../pages/audit-page.ts'
import { DevicePage } from '../pages/device-page.ts'

const minutes = (n: number): number => n * 60_000

/** Neither the browser's zone nor the server's. */
const cork = 'Europe/Dublin'

test('A5 AL04 somebody finds who did what, when by the clock of the site; the link shows the customer the same, and an outsider nothing', async ({
  as,
  stack,
}) => {
  const [anna, clara, tom] = await Promise.all([as('technician'), as('approver'), as('outsider')])
  const device = await new DevicePage(anna.page).open('Balance 11')
  await device.fetchLog()

  await device.tab('Audit')
  const log = new AuditPage(anna.page)
  await expect(anna.page.getByText(`Times are in ${cork}.`)).toBeVisible()
  await log.by('anna', /^Anna Keller/)
  await log.ofKind('Remote actions')
  const wall = (ms: number) => wallOf(stack.now() + ms, cork)
  await log.between(wall(minutes(-90)), wall(minutes(-30)), cork)
  await expect(anna.page.getByText('No event fits')).toBeVisible()
  await log.between(wall(minutes(-30)), wall(minutes(30)), cork)
  await expect(log.rows()).toHaveCount(1)
  const asked = log.rows().first()
  await expect(asked).toContainText('Anna Keller')
  await expect(asked).toContainText('Done')

  await asked.getByText(/log file/i).click()
  await expect(asked.getByText('Place in the log')).toBeVisible()
  await expect(asked).toContainText(`(${cork})`)
  const list = anna.page.url()
  await asked.getByRole('link').first().click()
  await expect(anna.page).toHaveURL(/\/audit\/[0-9a-f-]{36}$/)
  await expect(anna.page.getByRole('heading', { level: 1 })).toContainText(/log file/i)
  const says = (await anna.page.getByRole('heading', { level: 1 }).textContent()) ?? ''
  await anna.page.goBack()
  await expect(anna.page).toHaveURL(list)
  await expect(log.rows()).toHaveCount(1)
  await anna.page.goForward()

  await clara.page.goto(anna.page.url())
  await expect(clara.page.getByRole('heading', { level: 1 })).toHaveText(says)
  await expect(clara.page.getByText(`(${cork})`)).toBeVisible()
  await expect(clara.page.getByText(/^Entry [\d,]+ of [\d,]+, event [\d,]+ of its device$/)).toBeVisible()
  await clara.page.goto(list)
  await expect(new AuditPage(clara.page).rows()).toHaveCount(1)

  for (const address of [anna.page.url(), list]) {
    await tom.page.goto(address)
    await expect(tom.page.getByText('There is nothing here that you may see.')).toBeVisible()
    await expect(tom.page.getByText('Anna Keller')).toHaveCount(0)
  }
})

test('A5 an open log shows by itself what happens, and moves nothing under whoever reads further down', async ({
  as,
}) => {
  const [anna, clara] = await Promise.all([as('technician'), as('approver')])
  const device = await new DevicePage(anna.page).open('Balance 7')
  await clara.page.setViewportSize({ width: 1_440, height: 500 })
  await clara.page.goto('/audit')
  const log = new AuditPage(clara.page)
  const fetched = log
    .rows()
    .filter({ hasText: 'Balance 7' })
    .filter({ hasText: /^.*Anna Keller.*log file/s })
  const done = log.rows().filter({ hasText: 'Balance 7' }).filter({ hasText: 'Done: Fetch a log file' })
  await expect(log.rows().nth(20)).toBeVisible()
  const [before, doneBefore] = [await fetched.count(), await done.count()]
  await device.fetchLog()
  await expect(fetched).toHaveCount(before + 1)
  // The last that comes of it; from here on nothing moves by itself.
  await expect(done).toHaveCount(doneBefore + 1)

  const chip = clara.page.getByRole('button', { name: /^\d+ new events?$/ })
  await expect(chip).toHaveCount(0)
  const read = log.rows().nth(20)
  const line = (await read.textContent()) ?? ''
  await read.hover()
  await clara.page.mouse.wheel(0, 600)
  await device.fetchLog()
  await expect(chip).toBeVisible()
  await expect(read).toHaveText(line)
  await expect(fetched).toHaveCount(before + 1)
  await chip.click({ trial: true })
  // On a phone it stands below the bar at the top, not behind it.
  await clara.page.setViewportSize({ width: 390, height: 844 })
  await chip.click()
  await expect(fetched).toHaveCount(before + 2)
  // What a device does meanwhile may stand above it, and on a phone that is a screen full.
  await expect(log.rows().first()).toBeInViewport()
  await expect(chip).toHaveCount(0)
})

test('A5 the log is searched, read and narrowed without a mouse, and the focus is never lost', async ({ as }) => {
  const { page } = await as('approver')
  await page.goto('/audit')
  const log = new AuditPage(page)
  await expect(log.rows().nth(3)).toBeVisible()
  const search = page.getByRole('searchbox', { name: 'Search the log' })

  await page.keyboard.press('/')
  await expect(search).toBeFocused()
  await page.keyboard.type('enrolled')
  await expect(page).toHaveURL(/search=enrolled/)
  await expect(log.rows().filter({ hasNotText: 'enrolled' })).toHaveCount(0)
  await page.keyboard.press('ArrowDown')
  const [first, second] = [log.rows().first(), log.rows().nth(1)]
  await expect(first).toBeFocused()
  await page.keyboard.press('j')
  await expect(second).toBeFocused()

  await page.keyboard.press('Enter')
  const place = second.getByText('Place in the log')
  await expect(place).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(second).not.toBeFocused()
  await expect(second.locator(':focus')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(place).toHaveCount(0)
  await expect(second).toBeFocused()
  await page.keyboard.press('k')
  await expect(first).toBeFocused()

  await page.keyboard.press('/')
  await page.keyboard.press('Escape')
  await expect(search).toHaveValue('')
  await expect(page).not.toHaveURL(/search=/)
  const time = page.getByRole('button', { name: /^Time: / })
  await time.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Any time', exact: true }).last()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(time).toBeFocused()

  // Whoever is nowhere in particular comes to the events by one key.
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('j')
  await expect(log.rows().first()).toBeFocused()
})

test('A5 whoever asks for more of a list by a key goes on with the first row that came; by the mouse he stays where he is', async ({
  as,
}) => {
  const { page } = await as('approver')
  // Pages of one, so that there are several of what does not grow; all else is the server's own.
  await page.route(/\/api\/audit\?/, (route) =>
    route.continue({
      url: route
        .request()
        .url()
        .replace(/limit=\d+/, 'limit=1'),
    }),
  )
  const rows = new AuditPage(page).rows()
  const more = page.getByRole('button', { name: 'Show more' })
  const moreByKey = async () => {
    await more.focus()
    await page.keyboard.press('Enter')
  }
  await page.goto('/audit?search=enrolled')
  await expect(rows).toHaveCount(1)
  await moreByKey()
  await expect(rows).toHaveCount(2)
  await expect(rows.nth(1)).toBeFocused()
  await moreByKey()
  await expect(rows).toHaveCount(3)
  // It was the last page: the button is gone, and the focus is with the row that came.
  await expect(more).toHaveCount(0)
  await expect(rows.nth(2)).toBeFocused()

  await page.reload()
  await expect(rows).toHaveCount(1)
  await more.click()
  await expect(rows).toHaveCount(2)
  // What would move the focus does so in the frame after the rows came.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  await expect(rows.nth(1)).not.toBeFocused()
})
