import { readFile } from 'node:fs/promises'
import { unzipped } from '@gatehouse/bff/features/exports/testing/reading'
import { portable } from '@gatehouse/shared/audit/portable'
import { verify } from '@gatehouse/shared/audit/verify'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures/test.ts'

// The clock goes on by a day.
test.use({ stackFor: 'erasing' })

const [minute, day] = [60_000, 24 * 3_600_000]

/** Asks for the erasing of a person on the page of people. */
const ask = async (page: Page, name: string, because: string): Promise<void> => {
  await page.goto('/people')
  await page.getByRole('button', { name: `What to do with ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Erase personal data…' }).click()
  const why = page.getByRole('dialog', { name: `Erase the personal data of ${name}` })
  await why.getByLabel('Why').fill(because)
  await why.getByRole('button', { name: 'Ask for it' }).click()
  await expect(page.getByRole('article', { name })).toContainText('Waits for a second yes')
}

/** Gives the second yes. */
const confirm = async (page: Page, name: string): Promise<void> => {
  await page.goto('/erasures')
  await page.getByRole('article', { name }).getByRole('button', { name: 'Confirm…' }).click()
  const sure = page.getByRole('dialog')
  await expect(sure).toContainText('cannot be undone')
  await sure.getByRole('button', { name: 'Yes, erase it' }).click()
  await expect(page.getByRole('article', { name })).toContainText('It begins on')
}

/** A proof bundle of the whole log, as the browser saved it: its files. */
const bundle = async (page: Page): Promise<Map<string, Uint8Array>> => {
  await page.goto('/audit')
  await page.getByRole('button', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export the audit log' })
  await dialog.getByRole('radio', { name: /Proof bundle/ }).click()
  await dialog.getByLabel('What for').fill('to keep')
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: 'Download' }).click({ timeout: 30_000 }),
  ])
  return (await unzipped(await readFile(await download.path()))).files
}

/** What fails of a bundle, and the names and addresses that are shown in it. */
const checked = (files: ReadonlyMap<string, Uint8Array>, pinnedKey: string) => {
  const result = verify(portable, files, { pinnedKey })
  const shown = [...files].map(([, bytes]) => Buffer.from(bytes).toString('utf8')).join('\n')
  return { failed: result.checks.filter((one) => one.result === 'failed'), shown, erased: result.erased }
}

test('AL23 one administrator asks for the erasing of a person, another confirms, and until it begins it can be stopped', async ({
  as,
}) => {
  const [clara, marc] = await Promise.all([as('approver'), as('colleague')])
  await ask(clara.page, 'Ines Frei', 'She left, and asked for it')
  const card = clara.page.getByRole('article', { name: 'Ines Frei' })
  await expect(card.getByRole('button', { name: 'Confirm…' })).toBeDisabled()
  await confirm(marc.page, 'Ines Frei')
  // Whoever asked sees it by itself.
  await expect(card).toContainText('Confirmed by Marc Aubry')

  await clara.page.bringToFront()
  await card.getByRole('button', { name: 'Stop it' }).click()
  await clara.page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click()
  const earlier = clara.page.getByRole('table', { name: 'Earlier erasures' })
  await expect(earlier.getByRole('row').filter({ hasText: 'Ines Frei' })).toContainText('Stopped')
})

test('AL23 a day later the person stands nowhere any more, the log tells what was done, and every proof holds', async ({
  as,
  stack,
}) => {
  test.setTimeout(150_000)
  const [ines, clara, marc] = await Promise.all([as('reader'), as('approver'), as('colleague')])
  await ines.page.goto('/audit')
  await expect(ines.page.getByRole('table', { name: 'Audit log' })).toContainText('Ines Frei')
  const before = await bundle(clara.page)
  const pinnedKey = Buffer.from(before.get('keys.txt') ?? [])
    .toString()
    .trim()
  expect(checked(before, pinnedKey)).toMatchObject({ failed: [], shown: expect.stringContaining('Ines Frei') })

  await ask(clara.page, 'Ines Frei', 'Ines Frei has left')
  await confirm(marc.page, 'Ines Frei')
  await stack.advance(day - 3 * minute)
  const [claraLater, marcLater] = await Promise.all([as('approver'), as('colleague')])
  await claraLater.page.goto('/erasures')
  await expect(claraLater.page.getByRole('article', { name: 'Ines Frei' })).toContainText('It begins on')
  await stack.advance(4 * minute)
  const { page } = claraLater
  // Everything is gone through once more when what was under way is over.
  await expect(page.getByRole('article', { name: 'Erased person' })).toContainText('Being erased', { timeout: 40_000 })
  await stack.advance(6 * minute)
  // It is done while he looks.
  const row = page
    .getByRole('table', { name: 'Earlier erasures' })
    .getByRole('row')
    .filter({ hasText: 'Erased person' })
  await expect(
    row
      .filter({ hasText: /Erased$|Erased\b.*events?/ })
      .or(row)
      .first(),
  ).toBeVisible({ timeout: 40_000 })

  await page.goto('/people')
  await expect(page.getByRole('table').first()).toContainText('Marc Aubry')
  await expect(page.getByText('Ines Frei')).toHaveCount(0)
  await marcLater.page.goto('/audit')
  const log = marcLater.page.getByRole('table', { name: 'Audit log' })
  await expect(log.getByText(/Erased the personal data of the person/).first()).toBeVisible()
  await expect(log.getByText('Erased person').first()).toBeVisible()
  await expect(log.getByText('Ines Frei')).toHaveCount(0)

  // What was taken away before proves what it proved, with her name; what is taken away now has it no longer.
  expect(checked(before, pinnedKey)).toMatchObject({ failed: [], shown: expect.stringContaining('Ines Frei') })
  const after = checked(await bundle(page), pinnedKey)
  expect(after.failed).toEqual([])
  expect(after.shown).not.toContain('Ines Frei')
  expect(after.erased).toBeTruthy()
})
