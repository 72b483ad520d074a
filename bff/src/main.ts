import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { accessOf, appOf, beforeClosing, beforeOpening, jobs, upgrades } from './app.ts'
import type { Settings } from './env.ts'
import { inProcessBus } from './kernel/bus.ts'
import { type Clock, systemClock } from './kernel/clock.ts'
import { connect, isUnavailable } from './kernel/database/connect.ts'
import { startEmbedded } from './kernel/database/embedded.ts'
import { migrate } from './kernel/database/migrate.ts'
import type { House } from './kernel/house.ts'
import { bareAnswer, bareHeaders } from './kernel/http/headers.ts'
import { upgradesOf } from './kernel/http/upgrades.ts'
import { openKeys } from './kernel/keys.ts'
import { openLog } from './kernel/log.ts'

/** A house whose doors are open. */
export interface OpenHouse {
  house: House
  /** Where browsers go. */
  url: string
  close(): Promise<void>
}

/** The port is taken; the message is for the person at the console. */
export class PortTaken extends Error {}

/** Where a request wants to go: a path, or a whole address (RFC 9112, 3.2) without a name or a password in it. */
const isTarget = (url = ''): boolean => url.startsWith('/') || /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(url)

const listen = (server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> =>
  new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new PortTaken(`Port ${port} is already in use. Stop what uses it, or set PORT to another.`)
          : error,
      ),
    )
    server.listen(port, host, () => done((server.address() as AddressInfo).port))
  })

/**
 * Opens the house: database, keys, migrations, and only then the door. `say` tells the person at the console what is
 * being done; `clock` is the machine's unless a test brings its own.
 */
export const openHouse = async (
  settings: Settings,
  { clock = systemClock, say = () => {} }: { clock?: Clock; say?: (line: string) => void } = {},
): Promise<OpenHouse> => {
  const log = openLog(settings.logLevel)
  const dataDir = resolve(settings.dataDir)
  await mkdir(dataDir, { recursive: true })
  // The port is taken first, so that a second start says so before it touches the first one's database.
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 })
  const closed = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  let answer: ((...of: Parameters<ReturnType<typeof getRequestListener>>) => void) | undefined
  server.on('request', (request, response) => {
    if (!isTarget(request.url)) return void response.writeHead(400, { ...bareHeaders }).end()
    if (answer) return answer(request, response)
    response.writeHead(503, { ...bareHeaders, 'Retry-After': '2' }).end()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
    if (socket.writable) socket.end(bareAnswer(status))
    else socket.destroy()
  })
  const port = await listen(server, settings.port, settings.host)
  const undo: (() => Promise<void>)[] = [closed]
  try {
    const keys = await openKeys(dataDir, settings.secret)
    let ownerUrl = settings.databaseUrl
    const folders = [dataDir]
    if (!ownerUrl) {
      const embedded = await startEmbedded({ dataDir: join(dataDir, 'postgres'), log: say })
      undo.unshift(() => embedded.stop())
      ownerUrl = embedded.ownerUrl
      folders.push(embedded.dataDir)
    }
    const { appUrl, houseUrl } = await migrate(ownerUrl, {
      appPassword: keys.derive('database role').toString('base64url'),
      log: say,
    })
    // More than the cores have work for: what goes out in one turn of the loop shares its way, and its write to the disk.
    const database = connect(houseUrl, { max: 24, applicationName: 'gatehouse' })
    const behindWalls = connect(appUrl, { max: 12, applicationName: 'gatehouse behind walls' })
    undo.unshift(async () => {
      await Promise.all([database.close(), behindWalls.close()])
    })
    const house: House = {
      settings: { ...settings, dataDir },
      origin: settings.publicUrl ?? `http://localhost:${port}`,
      db: database.db,
      dbOf: behindWalls.walledTo,
      folders,
      clock,
      bus: inProcessBus(),
      log,
      keys,
      access: accessOf(() => house),
    }
    for (const step of beforeOpening) await step(house)
    const sockets = upgradesOf(house, upgrades)
    server.on('upgrade', sockets.onUpgrade)
    let closing = false
    const timers = jobs.map((job) => {
      let running = false
      return setInterval(async () => {
        // clock: when to look, never what is true
        if (running) return
        running = true
        await job.run(house).catch((error: unknown) => {
          // Whatever is under way when the house closes loses the database, and nothing else.
          if (!closing || !isUnavailable(error)) log.error({ err: error, job: job.name }, 'job failed')
        })
        running = false
      }, job.everySeconds * 1_000)
    })
    undo.unshift(async () => {
      closing = true
      for (const timer of timers) clearInterval(timer)
      answer = undefined
      for (const step of beforeClosing)
        await step(house).catch((error: unknown) => log.error({ err: error }, 'closing'))
      sockets.close()
    })
    answer = getRequestListener(appOf(house).fetch)
    return {
      house,
      url: house.origin,
      close: async () => {
        for (const step of undo) await step()
      },
    }
  } catch (error) {
    for (const step of undo) await step()
    throw error
  }
}
