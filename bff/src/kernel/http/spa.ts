import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isPage } from '@gatehouse/shared/pages'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { pageHeaders } from './headers.ts'
import type { RoomEnv } from './room-env.ts'

/** Serves the built pages from `folder`: hashed assets for ever, the page itself anew with a nonce of its own. */
export const spa = (folder: string) =>
  new Hono<RoomEnv>()
    .use(
      '/assets/*',
      serveStatic({
        root: folder,
        onFound: (_, c) => c.header('Cache-Control', 'public, max-age=31536000, immutable'),
      }),
    )
    .use(
      '/:file{[\\w-]+\\.(?:js|svg)}',
      serveStatic({ root: folder, onFound: (_, c) => c.header('Cache-Control', 'public, max-age=3600') }),
    )
    .get('*', async (c, next) => {
      // A missing file is no page, and neither is an unknown answer of the API.
      // Neither is what hides: `.git` and the like.
      if (/^\/(api|agent|assets)(\/|$)|\/\.|\.\w+$/.test(c.req.path)) return next()
      const nonce = randomBytes(16).toString('base64')
      const page = await readFile(join(folder, 'index.html'), 'utf8')
      for (const [name, value] of Object.entries(pageHeaders(nonce, c.var.house.origin))) c.header(name, value)
      c.header('Cache-Control', 'no-store')
      // What is no page of ours says so to programs by its status, and to people by what the page then shows.
      return c.html(page.replaceAll('__CSP_NONCE__', nonce), isPage(c.req.path) ? 200 : 404)
    })
