import { randomUUID } from 'node:crypto'
import { homedir } from 'node:os'
import { createCommandDesk } from './actions/actions.ts'
import { createBell } from './bell.ts'
import { createSessions } from './channels/sessions.ts'
import { prepareForUser } from './channels/shell.ts'
import { terminal } from './channels/terminal.ts'
import { openEpochs } from './consent/grants.ts'
import { openLedger } from './consent/ledger.ts'
import { openOrders } from './consent/orders.ts'
import { createReadSigned } from './consent/signed.ts'
import { createCollector } from './drivers/collector.ts'
import { createEquipment } from './drivers/equipment.ts'
import type { Env } from './env.ts'
import { words } from './errors.ts'
import { files, type Home } from './home.ts'
import { fingerprint, readIdentity, signerOf } from './identity.ts'
import { openOutbox } from './journal/outbox.ts'
import { createDialer } from './link/dialer.ts'
import type { Line } from './link/line.ts'
import { runLink } from './link/link.ts'
import { proxyFor, serverAddress } from './link/server-address.ts'
import { openLocalDesk } from './local-switch.ts'
import type { Log } from './log.ts'
import { createReception } from './reception.ts'
import { readSettings } from './settings.ts'
import { defaultTimings, type Timings } from './timings.ts'
import { agentVersion, platformName } from './version.ts'
import { openWitness } from './witness/witness.ts'

/** A running agent. */
export interface Agent {
  /** Ends its sessions, keeps what is not sent yet, and hangs up. */
  stop(): Promise<void>
}

interface Surroundings {
  home: Home
  env: Env
  log: Log
  /** Ends this process so that another takes its place; throws where nothing would. */
  restart(): void
  timings?: Timings
  /** The clock of the machine, ms since the epoch: by it windows open and what was signed is in time. */
  now?: () => number
}

/** How long `stop` waits for the farewell to the server, ms. */
const farewell = 2_000

/** Starts the agent of a home: drivers, link, and whatever the server may ask within the customer's policy. */
export const startAgent = async (surroundings: Surroundings): Promise<Agent> => {
  const { home, env, log, timings = defaultTimings, now = Date.now } = surroundings
  let parts: Awaited<ReturnType<typeof assemble>> | undefined
  // Opened before any file is touched: two agents in one home would spoil each other's.
  const localDesk = await openLocalDesk(home, {
    status: () => parts?.status() ?? { starting: true },
    'stop-sessions': async () => ({ ended: (await parts?.sessions.endAtMachine()) ?? 0 }),
  })
  try {
    parts = await assemble({ ...surroundings, timings, now })
  } catch (error) {
    localDesk.close()
    throw error
  }
  const { line, collector, equipment, sessions } = parts
  const stopping = new AbortController()
  const collecting = setInterval(() => collector.collect(), timings.collect)
  const reviewing = setInterval(() => sessions.review(), timings.review)
  const link = runLink(line, env, stopping.signal).catch((error) => {
    log.error({ because: words(error) }, 'the link broke')
  })
  return {
    stop: async () => {
      clearInterval(collecting)
      clearInterval(reviewing)
      await sessions.stop()
      equipment.use(undefined)
      stopping.abort()
      localDesk.close()
      await Promise.race([link, new Promise((resolve) => setTimeout(resolve, farewell))])
      await line.dialer.close()
      line.outbox.close()
    },
  }
}

/** Everything an agent consists of, put together; nothing is dialled yet. */
const assemble = async ({ home, env, log, restart, timings, now }: Required<Surroundings>) => {
  const startedAt = Date.now()
  const identity = readIdentity(home)
  if (identity.machine && identity.machine !== fingerprint()) {
    log.warn('this home was made on another machine: enrol this one anew if both are to run')
  }
  const settings = readSettings(home)
  if (settings.shell.user) prepareForUser()
  const folder = settings.shell.folder ?? homedir()
  const server = serverAddress(identity.server)
  const dialer = createDialer(server, proxyFor(server, env.proxy), timings)
  const signer = signerOf(identity)
  const readSigned = createReadSigned(identity, now)
  const outbox = openOutbox(home, log)
  const orders = await openOrders(home, readSigned, log)
  const witness = await openWitness({ home, readSigned, outbox, log, timings, now })
  const collector = createCollector(outbox, home, timings.refresh)
  const equipment = createEquipment({ home, log, deviceId: identity.deviceId }, collector)

  const sessions = createSessions({
    ...{ dialer, signer, log, readSigned, orders, outbox, now },
    epochs: openEpochs(home),
    channels: {
      'session.terminal': terminal({
        path: settings.shell.path ?? env.shell,
        environment: { HOME: folder, ...env.shellEnvironment, ...(settings.shell.user && { HOME: folder }) },
        folder,
        user: settings.shell.user,
        patience: timings.kill,
      }),
    },
  })
  const desk = createCommandDesk({
    ...{ readSigned, orders, outbox, signer, log, now },
    ledger: openLedger(home),
    context: {
      logPath: (name) => (name === 'agent' ? home.path(files.log) : settings.logs[name]),
      setSetting: equipment.setSetting,
      restart,
    },
  })

  let connection: { by: 'websocket' | 'https' | 'nothing'; since: number } = { by: 'nothing', since: startedAt }
  const bootId = randomUUID()
  const line: Line = {
    ...{ dialer, signer, outbox, timings, log },
    heartbeatWanted: createBell<void>(),
    heartbeat: () => {
      const held = witness.says()
      return {
        ...{ at: now(), agentVersion, bootId, platform: platformName },
        policyVersion: orders.current()?.version ?? 0,
        waiting: outbox.waiting(),
        ...(held && { log: held }),
      }
    },
    receive: createReception({ orders, sessions, desk, witness, log }),
    connected: (by) => {
      connection = { by, since: Date.now() }
      log.info({ by, server: server.origin }, 'connected')
      collector.refresh()
      collector.collect()
    },
    disconnected: () => {
      witness.disconnected()
      connection = { by: 'nothing', since: Date.now() }
    },
  }
  orders.changed.listen(({ declaration }) => {
    equipment.use(declaration)
    line.heartbeatWanted.ring()
  })
  equipment.use(orders.current()?.declaration)
  await desk.answerInterrupted(startedAt)
  const status = () => ({
    ...{ connection, waiting: outbox.waiting(), sessions: sessions.live(), startedAt },
    log: witness.status(),
  })
  return { line, collector, equipment, sessions, status }
}
