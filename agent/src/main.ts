import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Env, readEnv } from './env.ts'
import { AgentError } from './errors.ts'
import { exitCodes } from './exit-codes.ts'
import { files, notEnrolled, openHome } from './home.ts'
import { askLocally } from './local-switch.ts'

const usage = `The Gatehouse device agent.

  enrol --server URL --code CODE [--replace]   make this machine a device
  run                                          run the agent
  status                                       what it is and what it does
  log                                          the checkpoint of the audit log that is held here
  stop-sessions                                end all remote sessions on this machine now

Every command takes --home DIR (default: GATEHOUSE_AGENT_HOME, else ~/.gatehouse-agent).`

interface Wish {
  home: string
  server?: string | undefined
  code?: string | undefined
  replace?: boolean | undefined
}

/**
 * Every command of the program, loaded when it is asked for: a supervisor that waits for years should be small.
 * Resolves with the exit code, or `undefined` where the process goes on.
 */
const commands: Record<string, (wish: Wish, env: Env) => Promise<number | undefined>> = {
  enrol: async ({ home, server, code, replace = false }, env) => {
    if (!server || !code) throw new AgentError('enrol needs --server URL and --code CODE.')
    const { enrol } = await import('./enrol.ts')
    const { name, deviceId } = await enrol(openHome(home), env, { server, code, replace })
    console.log(`Enrolled as ${name} (${deviceId}). Start it with: run`)
    return 0
  },
  run: async ({ home }) => {
    if (!existsSync(openHome(home).path(files.identity))) throw new AgentError(notEnrolled(home))
    const { supervise } = await import('./supervisor.ts')
    return supervise(fileURLToPath(import.meta.url), ['worker', '--home', home])
  },
  worker: async ({ home }, env) => {
    const { runWorker } = await import('./worker.ts')
    await runWorker(home, env)
    return undefined
  },
  status: async ({ home }) => {
    const { readIdentity } = await import('./identity.ts')
    const { key: _, serverKeys, machine: __, ...identity } = readIdentity(openHome(home))
    const running = await askLocally(openHome(home), 'status')
    const pinned = serverKeys.map(({ kid }) => kid)
    console.log(JSON.stringify({ ...identity, serverKeys: pinned, running: running ?? false }, null, 2))
    return 0
  },
  log: async ({ home }) => {
    const { showLog } = await import('./witness/show.ts')
    const { note, besides } = await showLog(openHome(home))
    for (const line of besides) console.error(line)
    // The note and nothing else, so that it can be kept in a file.
    process.stdout.write(note)
    return 0
  },
  'stop-sessions': async ({ home }) => {
    const answer = await askLocally(openHome(home), 'stop-sessions')
    const ended = (answer as { ended?: number } | undefined)?.ended
    console.log(
      ended === undefined ? 'No agent is running here, so there are no sessions.' : `${ended} session(s) ended.`,
    )
    return 0
  },
}

const main = async (): Promise<number | undefined> => {
  const text = { type: 'string' } as const
  const options = { home: text, server: text, code: text, replace: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [name = ''] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    console.log(usage)
    return name === '' || name === 'help' ? 0 : 64
  }
  const env = readEnv()
  return command({ ...values, home: values.home ?? env.home }, env)
}

try {
  const code = await main()
  if (code !== undefined) process.exit(code)
} catch (error) {
  const expected = error instanceof AgentError || (error instanceof TypeError && 'code' in error)
  console.error(expected ? (error as Error).message : error)
  process.exit(expected ? exitCodes.cannotRun : 1)
}
