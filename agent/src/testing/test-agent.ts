import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import { type Agent, startAgent } from '../agent.ts'
import { enrol } from '../enrol.ts'
import { type Env, readEnv } from '../env.ts'
import { files, type Home, openHome } from '../home.ts'
import { defaultTimings, type Timings } from '../timings.ts'
import { type LittleServer, type Options, openLittleServer } from './little-server.ts'

/** Waiting times short enough for tests. */
export const quick: Timings = {
  ...defaultTimings,
  heartbeat: 100,
  silence: 2_000,
  acknowledge: 1_000,
  backOff: { first: 20, longest: 100 },
  refused: { first: 1_000, longest: 2_000 },
  webSocketAgain: { first: 200, longest: 400 },
  collect: 50,
  review: 50,
}

/** The environment of agents in tests: nothing of this machine but its PATH. */
export const quietEnv = (more: Record<string, string> = {}): Env =>
  readEnv({
    PATH: process.env.PATH,
    HOME: tmpdir(),
    GATEHOUSE_LOG_LEVEL: 'silent',
    GATEHOUSE_CHECK_IN_SECONDS: '1',
    GATEHOUSE_SHELL: '/bin/sh',
    ...more,
  })

/** An empty home folder that goes away with the test. */
export const emptyHome = (): Home => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return openHome(folder)
}

/** A server that goes away with the test. */
export const aServer = async (options?: Options): Promise<LittleServer> => {
  const server = await openLittleServer(options)
  onTestFinished(() => server.close())
  return server
}

interface Starting {
  env?: Env
  timings?: Partial<Timings>
  restart?: () => void
  /** The clock of the machine. */
  now?: () => number
}

/** Starts the agent of a home that is enrolled; it stops with the test at the latest. */
export const startIn = async (
  home: Home,
  { env = quietEnv(), timings, restart, now }: Starting = {},
): Promise<Agent> => {
  const log = pino({ level: 'silent' })
  const agent = await startAgent({
    ...{ home, env, log, now, timings: { ...quick, ...timings } },
    restart: restart ?? (() => undefined),
  })
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= agent.stop())
  onTestFinished(stop)
  return { stop }
}

/** A server, and an agent that is enrolled there and running. */
export const aRunningAgent = async ({
  options,
  settings,
  ...starting
}: Starting & { options?: Options; settings?: unknown } = {}) => {
  const server = await aServer(options)
  const home = emptyHome()
  await enrol(home, quietEnv(), { server: server.url, code: server.code, replace: false })
  if (settings) writeFileSync(home.path(files.settings), JSON.stringify(settings))
  const agent = await startIn(home, starting)
  return { server, home, agent }
}
