import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import type { RoomEnv } from './room-env.ts'

const policyInPage = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/

/**
 * Serves the verifier that customers hold: the page, under the policy that it carries itself and that lets it connect to
 * nothing, and the command to be kept. Whoever has no account here any more can still have both.
 */
export const verifier = (folder: string) =>
  new Hono<RoomEnv>()
    .get('/verify.html', async (c, next) => {
      const page = await readFile(join(folder, 'verify.html'), 'utf8').catch(() => undefined)
      const policy = policyInPage.exec(page ?? '')?.[1]
      if (page === undefined || policy === undefined) return next()
      return c.html(page, 200, { 'Content-Security-Policy': `${policy}; frame-ancestors 'none'` })
    })
    .get('/gatehouse-verify.mjs', async (c, next) => {
      const command = await readFile(join(folder, 'gatehouse-verify.mjs'), 'utf8').catch(() => undefined)
      if (command === undefined) return next()
      return c.body(command, 200, {
        'Content-Type': 'text/javascript; charset=utf-8',
        'Content-Disposition': 'attachment; filename="gatehouse-verify.mjs"',
      })
    })
