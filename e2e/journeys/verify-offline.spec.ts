import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { aBundle, deviceId } from '@gatehouse/shared/audit/testing/bundles'
import type { ExportPreview, ExportView } from '@gatehouse/shared/views/exports'
import { linesOf, withLines, zippedBundle, zipSource } from '@gatehouse/verify/testing/zips'
import type { Browser, Page } from '@playwright/test'
import { expect, test } from '../fixtures/test.ts'
import { VerifyPage } from '../pages/verify-page.ts'

const built = (name: string): string => fileURLToPath(new URL(`../../verify/dist/${name}`, import.meta.url))
const page = pathToFileURL(built('verify.html')).href
const command = built('gatehouse-verify.mjs')

/** The page opened from a file on a machine without a network; `quiet` fails where it asked anybody, or printed anything. */
const openedOffline = async (browser: Browser, viewport: { width: number; height: number }) => {
  const context = await browser.newContext({ viewport, offline: true, locale: 'en-GB' })
  const opened = await context.newPage()
  const noise: string[] = []
  context.on(
    'request',
    (request) => request.url() !== page && !request.url().startsWith('blob:') && noise.push(request.url()),
  )
  opened.on('console', (message) => noise.push(message.text()))
  opened.on('pageerror', (error) => noise.push(error.message))
  opened.on('dialog', (dialog) => noise.push(dialog.message()))
  await opened.goto(page)
  const quiet = async () => {
    await context.close()
    expect(noise).toEqual([])
  }
  return { verify: new VerifyPage(opened), opened, quiet }
}

const fitsTheWindow = (opened: Page) =>
  opened.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)

const widths = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]

for (const viewport of widths)
  test(`AL15 a bundle is verified from a file, without a network, at ${viewport.width} px`, async ({ browser }) => {
    const erased = await aBundle({
      size: 120,
      events: (events) => events.map((one) => (one.seq === 0 ? { ...one, openings: {} } : one)),
    })
    const { verify, opened, quiet } = await openedOffline(browser, viewport)
    await verify.check({ name: 'bundle.zip', bytes: await zippedBundle(erased.files) }, erased.printed, {
      name: 'earlier.txt',
      bytes: await erased.checkpointAt(50),
    })
    await expect(verify.verdict()).toHaveText('Nothing was changed')
    await expect(verify.verdict()).toBeFocused()
    await expect(opened.getByRole('status')).toContainText(/Nothing was changed|shown/)
    await expect(verify.failed()).toHaveCount(0)
    await expect(opened.getByRole('main').getByText('It is the whole log, 120 events')).toBeVisible()
    // The head of the table is a row as well.
    await expect(verify.events()).toHaveCount(51)
    await expect(verify.events().nth(1).getByText('erased').first()).toBeVisible()
    await opened.getByRole('button', { name: 'Show more' }).click()
    await expect(verify.events()).toHaveCount(101)
    await verify.search('ZOË balance 1 000000000004')
    await expect(verify.events()).toHaveCount(2)
    await expect(opened.getByRole('main').getByText('1 shown: all that fit.')).toBeVisible()
    await verify.search('nobody at all')
    await expect(opened.getByRole('main').getByText('No event fits.')).toBeVisible()
    expect(await fitsTheWindow(opened)).toBe(true)
    await quiet()
  })

test('AL15 a bundle that a browser unpacked by itself is verified as the folder that it became', async ({
  browser,
}, info) => {
  const { files, printed } = await aBundle({ size: 12 })
  const folder = info.outputPath('bundle')
  await mkdir(folder)
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes)
  const { verify, opened, quiet } = await openedOffline(browser, { width: 390, height: 844 })
  await verify.check(folder, printed)
  await expect(verify.verdict()).toHaveText('Nothing was changed')
  await expect(verify.events()).toHaveCount(13)
  await opened.getByRole('button', { name: 'Check another bundle' }).click()
  const lines = linesOf(files)
  await writeFile(
    join(folder, 'events.jsonl'),
    lines.map((line, n) => `${n === 3 ? line.replace('wss', 'ws') : line}\n`),
  )
  await verify.check(folder, printed)
  await expect(verify.verdict()).toHaveText('This bundle is NOT what was signed')
  await expect(verify.failed()).toContainText('events.jsonl, line 4')
  expect(await fitsTheWindow(opened)).toBe(true)
  await quiet()
})

test('AL15 IO02 what was changed is named with its place, and whatever it says does nothing', async ({ browser }) => {
  const { files, printed } = await aBundle({ seqs: [1, 4, 7, 10], devices: [{ id: deviceId(1), from: 0, to: 3 }] })
  const lines = linesOf(files)
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202ehello'
  const changed = withLines(files, lines.with(2, (lines[2] as string).replace('"wss"', JSON.stringify(hostile))))
  const name = `${'<b>'.repeat(3)}\u202e.zip`
  for (const viewport of widths) {
    const { verify, opened, quiet } = await openedOffline(browser, viewport)
    await verify.check({ name, bytes: await zippedBundle(changed) }, printed)
    await expect(verify.verdict()).toHaveText('This bundle is NOT what was signed')
    await expect(verify.failed()).toHaveCount(1)
    await expect(verify.failed()).toContainText('events.jsonl, line 3, entry 8 of the log')
    await expect(verify.failed()).toContainText('connected over <img src=x onerror=alert(1)><script>alert(2)</script>')
    await expect(verify.failed()).toContainText('\\u{202e}hello')
    // What is not what was signed is not shown as a log.
    await expect(opened.getByRole('table')).toHaveCount(0)
    expect(await fitsTheWindow(opened)).toBe(true)
    await quiet()
  }
})

test('AL17 another log, a cut file, a key that was not copied whole: each is told apart', async ({ browser }) => {
  const { files, printed } = await aBundle()
  const theirs = await aBundle({ tree: 'customer-2' })
  const { verify, opened, quiet } = await openedOffline(browser, { width: 1440, height: 900 })
  const again = () => opened.getByRole('button', { name: 'Check another bundle' }).click()
  await verify.check({ name: 'theirs.zip', bytes: await zippedBundle(theirs.files) }, printed)
  await expect(verify.verdict()).toHaveText('This is NOT a bundle of the log your key is for')
  await again()
  const good = await zippedBundle(files)
  await verify.check({ name: 'cut.zip', bytes: good.slice(0, -50) }, printed)
  await expect(verify.verdict()).toHaveText('This could not be checked')
  await expect(opened.getByRole('main').getByText('Was it copied whole?')).toBeVisible()
  await again()
  await verify.check({ name: 'good.zip', bytes: good }, printed.slice(0, -1))
  await expect(opened.getByRole('main').getByText(/Your key cannot be read/)).toBeVisible()
  await again()
  // By keyboard alone, with the key that is still there corrected.
  await opened.getByRole('textbox', { name: 'The key of your log' }).fill(printed)
  await opened.getByRole('button', { name: 'Check the bundle' }).press('Enter')
  await expect(verify.verdict()).toHaveText('Nothing was changed')
  await quiet()
})

test('AL15 the page and the command are handed out to whoever asks, and the page asks nobody back', async ({
  browser,
  stack,
}) => {
  const context = await browser.newContext({ baseURL: stack.url })
  const opened = await context.newPage()
  const requests: string[] = []
  context.on('request', (request) => requests.push(new URL(request.url()).pathname))
  const answer = await opened.goto('/verify.html')
  expect(await answer?.headerValue('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; worker-src blob:;.*frame-ancestors 'none'$/,
  )
  const { files, printed } = await aBundle()
  const verify = new VerifyPage(opened)
  await verify.check({ name: 'good.zip', bytes: await zippedBundle(files) }, printed)
  await expect(verify.verdict()).toHaveText('Nothing was changed')
  expect(requests.filter((path) => path.startsWith('/'))).toEqual(['/verify.html'])
  const command = await context.request.get('/gatehouse-verify.mjs')
  expect([command.status(), (await command.text()).slice(0, 19)]).toEqual([200, '#!/usr/bin/env node'])
  await context.close()
})

/** What the command says of a file and how it ends, run as a program of its own. */
const gatehouseVerify = async (words: readonly string[]): Promise<{ code: unknown; out: string; err: string }> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...words])
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

test('AL15 AL26 what a customer exported is verified by what came with it, long after the server is forgotten', async ({
  as,
  browser,
}, info) => {
  const clara = await as('approver')
  await clara.page.goto('/audit')
  await clara.page.getByRole('button', { name: 'Verify a bundle offline' }).click()
  const kept = clara.page.waitForEvent('download')
  await clara.page.getByRole('menuitem', { name: 'Download the page' }).click()
  expect((await kept).suggestedFilename()).toBe('verify.html')
  const headers = { 'x-gatehouse': '1', origin: new URL(clara.page.url()).origin }
  const ask = async <T>(method: 'get' | 'post', path: string, data?: unknown): Promise<T> => {
    const answer = await clara.context.request[method](`/api${path}`, { headers, data })
    expect([path, answer.ok()]).toEqual([path, true])
    return answer.json()
  }
  const asked = { filter: '', zone: 'Europe/Zurich', format: 'bundle', reason: 'for our files' }
  const { logs } = await ask<ExportPreview>('post', '/me/exports/preview', { filter: '', zone: 'Europe/Zurich' })
  const log = logs[0]?.id ?? ''
  const { id } = await ask<ExportView>('post', '/me/exports', { ...asked, log })
  await expect
    .poll(async () => (await ask<{ rows: ExportView[] }>('get', '/me/exports')).rows[0]?.state, { timeout: 30_000 })
    .toBe('done')
  const file = await clara.context.request.get(`/api/me/exports/${id}/file`)
  const bytes = await file.body()
  const bundle = info.outputPath('bundle.zip')
  await writeFile(bundle, bytes)

  const source = await zipSource(bytes)
  expect([...source.files.keys()]).toEqual(
    expect.arrayContaining(['verifier/gatehouse-verify.mjs', 'verifier/verify.html']),
  )
  // Whoever holds the key from elsewhere; here it is taken from the file, which shows no more than that all fits together.
  const pieces: Uint8Array[] = []
  await source.read('keys.txt', (piece) => void pieces.push(piece.slice()))
  const key = Buffer.concat(pieces).toString('utf8').trim()

  const said = await gatehouseVerify([bundle, '--key', key, '--events'])
  expect(said).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^\nNothing was changed\n/) })
  expect(said.out).toMatch(/Whose log {11}Helvetia Pharma, customer\s/)
  expect(said.out).toMatch(/\n#1 .* Added the customer Helvetia Pharma\n/)

  const { verify, opened, quiet } = await openedOffline(browser, { width: 1440, height: 900 })
  await verify.check({ name: 'bundle.zip', bytes }, key)
  await expect(verify.verdict()).toHaveText('Nothing was changed')
  await verify.search('customer.added')
  await expect(verify.events().nth(1)).toContainText('Added the customer Helvetia Pharma')
  await expect(opened.getByText('Helvetia Pharma, customer')).toBeVisible()
  await quiet()
})
