import { readFile } from 'node:fs/promises'
import { unzipped } from '@gatehouse/bff/features/exports/testing/reading'
import { portable } from '@gatehouse/shared/audit/portable'
import { verify } from '@gatehouse/shared/audit/verify'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'exports of the log' })

/** Exports what the page lists in a format, and gives the bytes that the browser saved. */
const exported = async (page: Page, format: RegExp, reason: string): Promise<{ name: string; bytes: Buffer }> => {
  await page.getByRole('button', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export the audit log' })
  await expect(dialog).toContainText('All events; refused')
  await dialog.getByRole('radio', { name: format }).click()
  await dialog.getByLabel('What for').fill(reason)
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: 'Download' }).click({ timeout: 30_000 }),
  ])
  const bytes = await readFile(await download.path())
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  return { name: download.suggestedFilename(), bytes }
}

test('AL15 AL26 a customer narrows the log, takes it away in every format, and proves it without us', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const { page } = await as('reader')
  // Something that is refused her, to be found again.
  await page.goto('/audit')
  const refused = await page.evaluate(async () => {
    const { rows } = await (await fetch('/api/customers')).json()
    const headers = { 'x-gatehouse': '1', 'content-type': 'application/json' }
    return (await fetch(`/api/customers/${rows[0].id}/sites`, { method: 'POST', headers, body: '{}' })).status
  })
  expect(refused).toBe(403)
  await page.goto('/audit?outcome=refused')
  const csv = await exported(page, /CSV/, 'the yearly inspection')
  expect(csv.name).toMatch(/^audit-helvetia-pharma-[\d-]+-to-[\d-]+-\w{8}\.csv$/)
  expect(csv.bytes.toString('utf8')).toContain('"refused"')
  expect(csv.bytes.toString('utf8')).not.toContain('"done"')
  const lines = await exported(page, /JSON Lines/, 'the yearly inspection')
  for (const line of lines.bytes.toString('utf8').trimEnd().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ event: { outcome: 'refused' } })
  const bundle = await exported(page, /Proof bundle/, 'the yearly inspection')
  const { files } = await unzipped(bundle.bytes)
  // The key that was pinned is compared elsewhere; here the first bundle is what pins it.
  const pinnedKey = Buffer.from(files.get('keys.txt') ?? [])
    .toString()
    .trim()
  const result = verify(portable, files, { pinnedKey })
  expect(result.checks.filter((one) => one.result === 'failed')).toEqual([])
  expect(result.manifest?.filter).toBe('All events; refused; in the log of Helvetia Pharma')
  expect(result.checks.find(({ name }) => name === 'verifier')?.result).toBe('ok')

  await page.goto('/exports')
  const list = page.getByRole('table', { name: 'My exports' })
  await expect(list.getByText('Ready')).toHaveCount(3)
  await list.getByRole('row', { name: /^CSV/ }).getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(list.getByText('Ready')).toHaveCount(2)

  // Her colleague reads in the log who took what, and what for.
  const clara = await as('approver')
  await clara.page.goto('/audit')
  await expect(
    clara.page.getByText(/as proof bundle: All events; refused; .* What for: the yearly inspection/).first(),
  ).toBeVisible()
})
