import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { utf8 } from '@gatehouse/shared/audit/bytes'
import { aBundle, deviceId } from '@gatehouse/shared/audit/testing/bundles'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildVerify } from '../../../scripts/build-verify.ts'
import { linesOf, withFile, withLines, zipped, zippedBundle } from '../testing/zips.ts'

const command = fileURLToPath(new URL('../../dist/gatehouse-verify.mjs', import.meta.url))

let folder: string
let key: string
let bundle: Awaited<ReturnType<typeof aBundle>>
beforeAll(async () => {
  await buildVerify(() => undefined)
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-verify-'))
  const beside = new Map([['verifier/verify.html', utf8('<p>As it was put in</p>')]])
  bundle = await aBundle({ seqs: [1, 4, 7, 10], devices: [{ id: deviceId(1), from: 0, to: 3 }], beside })
  key = bundle.printed
  await put('key.txt', `${key}\n`)
  await put('good.zip', await zippedBundle(bundle.files))
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

const put = (name: string, content: Uint8Array | string) => writeFile(join(folder, name), content)

/** What the built command says and how it ends, run as a customer would: one file, elsewhere, nothing else. */
const run = (...words: string[]): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [command, ...words], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.err += text
    })
    child.once('close', (code) => done({ code, ...said }))
  })

const acts = /[^\n\P{C}]|[\p{Zl}\p{Zp}]/u

describe('AL15 the command', () => {
  test('AL15 a good bundle: 0, every check, what it is, what it does not show', async () => {
    const { code, out, err } = await run('good.zip', '--key', 'key.txt')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^\nNothing was changed\n/)
    expect(out.match(/✓/g)).toHaveLength(11)
    expect(out).toMatch(/– The log has only grown since.*\n.*\n {4}not checked: there is no earlier checkpoint/)
    expect(out).toContain(`Signed with         ${key}`)
    expect(out).toContain('✓ The verifier inside the bundle is the one that was put in')
    expect(out).toContain('What this does not show')
    expect(out).not.toMatch(acts)
  })

  test('AL15 the same unpacked; a key on the command line; one line; JSON; the events', async () => {
    await mkdir(join(folder, 'unpacked', 'verifier'), { recursive: true })
    for (const [name, bytes] of bundle.files) await put(join('unpacked', name), bytes)
    expect(await run('unpacked', '--key', key, '--quiet')).toEqual({
      code: 0,
      err: '',
      out: 'Nothing was changed. All of its 4 events are in the log that was signed with your key, exactly as they were written down.\n',
    })
    const { code, out } = await run('good.zip', '--key', key, '--json')
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { ok: true, count: 4, checkpoint: { size: 13 }, manifest: { filter: 'Everything about Balance 1' } },
    ])
    const { out: events } = await run('good.zip', '--key', key, '--quiet', '--events')
    expect(events.split('\n')).toHaveLength(6)
    expect(events).toMatch(/\n#11 {2}2025-11-22 08:26:49 UTC {2}Anna Muster {2}Balance 1 connected over wss/)
    await put('unpacked/verifier/verify.html', '<p>Somebody else’s</p>')
    const changed = await run('unpacked', '--key', key)
    expect(changed.code).toBe(1)
    expect(changed.out).toMatch(/^\nThe verifier inside this bundle is NOT the one that was put in\n/)
    expect(changed.out.replace(/\s+/g, ' ')).toContain(
      'verifier/verify.html: it is not the one that was put into this bundle: do not use it. All else that was checked holds, with the verifier that you are using now',
    )
    await symlink('/etc/hosts', join(folder, 'unpacked', 'link'))
    expect(await run('unpacked', '--key', key)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/link, which is no file/),
    })
  })

  test('AL15 a desktop that puts its own file into an unpacked bundle makes it no other bundle; whoever else does so is named', async () => {
    await mkdir(join(folder, 'looked-into', 'verifier'), { recursive: true })
    for (const [name, bytes] of bundle.files) await put(join('looked-into', name), bytes)
    for (const name of ['.DS_Store', 'verifier/.DS_Store', 'Thumbs.db', 'desktop.ini'])
      await put(join('looked-into', name), 'what a desktop remembers')
    expect(await run('looked-into', '--key', key, '--quiet')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Nothing was changed\./),
    })
    await put(join('looked-into', 'notes.DS_Store'), 'x')
    expect(await run('looked-into', '--key', key, '--quiet')).toMatchObject({
      code: 1,
      out: expect.stringContaining('notes.DS_Store: this file does not belong in a bundle'),
    })
    await put('with-store.zip', await zipped([...bundle.files, ['.DS_Store', utf8('x')]]))
    expect((await run('with-store.zip', '--key', key, '--quiet')).code).not.toBe(0)
  })

  test('AL15 a checkpoint that was kept', async () => {
    await put('earlier.txt', await bundle.checkpointAt(13))
    await put('forked.txt', await (await aBundle({ forkedAt: 3 })).checkpointAt(13))
    await put('none.txt', await bundle.checkpointAt(8))
    expect((await run('good.zip', '--key', key, '--earlier', 'earlier.txt')).code).toBe(0)
    for (const [name, words] of [
      ['forked.txt', /what was written before then has been changed/],
      ['none.txt', /holds no proof from 8 entries on/],
    ] as const)
      expect(await run('good.zip', '--key', key, '--earlier', name, '--quiet')).toMatchObject({
        code: 1,
        out: expect.stringMatching(words),
      })
  })

  test('AL15 IO02 an event that was changed: 1, and where, with nothing that a terminal obeys', async () => {
    const lines = linesOf(bundle.files)
    const hostile = '\\u001b]0;owned\\u0007\\u001b[2J\u009b31m\u202e'
    const line = (lines[2] as string).replace('"wss"', `"${hostile}"`)
    await put('changed.zip', await zippedBundle(withLines(bundle.files, lines.with(2, line))))
    const { code, out } = await run('changed.zip', '--key', key, '--events')
    expect(code).toBe(1)
    expect(out).toMatch(/^\nThis bundle is NOT what was signed\n/)
    expect(out).toMatch(/✗ Every event is.*\n {4}events.jsonl, line 3, entry 8 of the log\n/)
    expect(out).toContain('\\u{001b}]0;owned\\u{0007}')
    // The events are not printed: they are not what was signed.
    expect(out).not.toMatch(/^#/m)
    expect(out).not.toMatch(acts)
    const json = await run('changed.zip', '--key', key, '--json')
    expect([json.code, json.out]).toEqual([1, expect.not.stringMatching(acts)])
  })

  test('AL15 AL16 events dropped, doubled, swapped, added: 1', async () => {
    const lines = linesOf(bundle.files)
    const [a, b, c, d] = lines as [string, string, string, string]
    const extra = linesOf((await aBundle()).files)[5] as string
    for (const [name, other] of Object.entries({
      dropped: [a, b, d],
      doubled: [a, b, b, c, d],
      swapped: [a, c, b, d],
      added: [a, b, extra, c, d],
    })) {
      await put(`${name}.zip`, await zippedBundle(withLines(bundle.files, other)))
      expect([name, (await run(`${name}.zip`, '--key', key, '--quiet')).code]).toEqual([name, 1])
    }
    const { files } = await aBundle({ seqs: [1, 4, 10], devices: [{ id: deviceId(1), from: 0, to: 3 }] })
    await put('gap.zip', await zippedBundle(files))
    expect(await run('gap.zip', '--key', key)).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /✗ Nothing is missing between the events of a device\n.*\n\s+some of the 1. to 4. event/,
      ),
    })
  })

  test('AL17 another customer’s, another server’s, an attacker’s key: 1', async () => {
    const mallory = await aBundle({ seed: 'mallory' })
    const theirKey = withFile(bundle.files, 'keys.txt', () => mallory.files.get('keys.txt') ?? new Uint8Array(0))
    const others = { theirs: (await aBundle({ tree: 'customer-2' })).files, mallory: mallory.files, theirKey }
    for (const [name, files] of Object.entries(others)) {
      await put(`${name}.zip`, await zippedBundle(files))
      expect(await run(`${name}.zip`, '--key', key, '--quiet')).toMatchObject({
        code: 1,
        out: expect.stringMatching(/^This is NOT a bundle of the log your key is for: /),
      })
    }
  })

  test('AL15 what cannot be read, or was asked for wrongly: 2, with a sentence', async () => {
    const good = await zippedBundle(bundle.files)
    await put('cut.zip', good.slice(0, good.length - 40))
    await put('bomb.zip', await zipped([['events.jsonl', new Uint8Array(50_000_000)]]))
    await put('two.txt', `${key}\n${key}\n`)
    for (const [words, sentence] of [
      [['cut.zip', '--key', key], /not a zip file, or its end is missing/],
      [['bomb.zip', '--key', key], /packed \d+ times smaller/],
      [['key.txt', '--key', key], /not a zip file/],
      [['nowhere.zip', '--key', key], /There is no nowhere.zip/],
      [['good.zip', '--key', 'nowhere.txt'], /There is no nowhere.txt/],
      [['good.zip', '--key', 'two.txt'], /more than one line/],
      [['good.zip', '--key', key.replace('c', 'd')], /Your key cannot be read: .* was it copied whole/],
      [['good.zip', '--key', 'README.txt+12345678+AAAA'], /Your key cannot be read: this is no Ed25519 key/],
      // Names of servers are random, and one in sixty-four begins with a dash.
      [['good.zip', '--key', '-x/audit/y+12345678+AAAA'], /Your key cannot be read: this is no Ed25519 key/],
      [['good.zip', '--key', '--json'], /argument/],
      [['good.zip'], /Which key\?/],
      [['--key', key], /Which bundle\?/],
      [['good.zip', 'good.zip', '--key', key], /One bundle at a time/],
      [['good.zip', '--key', key, '--json', '--events'], /Choose --json or --events/],
      [['good.zip', '--key', key, '--\u001b[31m'], /--\\u\{001b\}\[31m/],
    ] as [string[], RegExp][]) {
      const { code, out, err } = await run(...words)
      expect([code, out, err]).toEqual([2, '', expect.stringMatching(sentence)])
      expect(err).not.toMatch(acts)
    }
    expect(await run('--help')).toMatchObject({ code: 0, err: '' })
  })
})
