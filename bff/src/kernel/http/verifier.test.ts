import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withSecurityHeaders } from './headers.ts'
import type { RoomEnv } from './room-env.ts'
import { verifier } from './verifier.ts'

let folder: string
const policy = "default-src 'none'; script-src 'sha256-AAAA='"
const page = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><p>Verify</p>`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verifier-'))
  await writeFile(join(folder, 'verify.html'), page)
  await writeFile(join(folder, 'gatehouse-verify.mjs'), '#!/usr/bin/env node\n')
})
afterAll(() => rm(folder, { recursive: true }))

const appOver = (from: string) => new Hono<RoomEnv>().use(withSecurityHeaders).route('/', verifier(from))

test('AL15 the verifier is had without an account, under the policy that it carries itself', async () => {
  const answer = await appOver(folder).request('/verify.html')
  expect([answer.status, await answer.text()]).toEqual([200, page])
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
  expect(answer.headers.get('content-security-policy')).toBe(`${policy}; frame-ancestors 'none'`)
  const command = await appOver(folder).request('/gatehouse-verify.mjs')
  expect(command.headers.get('content-disposition')).toBe('attachment; filename="gatehouse-verify.mjs"')
  expect(command.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'none'/)
})

test('AL15 a page without a policy of its own, or none at all, is not served', async () => {
  expect((await appOver(join(folder, 'nowhere')).request('/verify.html')).status).toBe(404)
  await writeFile(join(folder, 'verify.html'), '<!doctype html><script>anything()</script>')
  expect((await appOver(folder).request('/verify.html')).status).toBe(404)
})
