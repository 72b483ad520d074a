import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demoCustomers } from '@gatehouse/bff/demo/models'
import { deviceById } from '@gatehouse/bff/features/devices/door'
import { issueCode } from '@gatehouse/bff/features/devices/service'
import { device } from '@gatehouse/bff/features/devices/tables'
import { bySystem } from '@gatehouse/bff/kernel/actor'
import type { OpenHouse } from '@gatehouse/bff/main'
import { agentProgram, buildAgent } from './build-agent.ts'

/** The agents of the demonstration: programs of their own, which dial this house like any other. */
export interface DemoAgents {
  stop(): Promise<void>
}

const agent = (home: string, words: string[], output: number | 'ignore'): ChildProcess =>
  spawn(process.execPath, [agentProgram, ...words, '--home', home], {
    stdio: ['ignore', output, output],
    // An agent is a stranger to the server's settings.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: process.env.LANG ?? 'C.UTF-8' },
  })

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) =>
    child.exitCode === null && child.signalCode === null ? child.once('exit', done) : done(child.exitCode),
  )

/** Serial numbers of the demonstration: devices that people added are theirs to enrol. */
const demoSerials = Object.values(demoCustomers).flatMap(({ devices }) => devices.map(({ serial }): string => serial))

/** This house may have moved to another port since the device enrolled at it. */
const followThePort = async (identityFile: string, url: string): Promise<void> => {
  const identity = JSON.parse(await readFile(identityFile, 'utf8')) as { server: string }
  if (identity.server !== url)
    await writeFile(identityFile, JSON.stringify({ ...identity, server: url }), { mode: 0o600 })
}

/** Resolves when a process has ended; one that does not within five seconds is ended. */
const ending = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended(child)
  clearTimeout(patience)
}

/** Enrols what has not enrolled yet and starts one agent per device; their logs go to their homes. */
export const startDemoAgents = async (
  opened: OpenHouse,
  dataDir: string,
  say: (line: string) => void,
): Promise<DemoAgents> => {
  await buildAgent(say)
  const { house, url } = opened
  const homes = join(dataDir, 'agents')
  const devices = await house.db
    .select({
      id: device.id,
      name: device.name,
      serial: device.serial,
      state: device.state,
      removedAt: device.removedAt,
    })
    .from(device)
  const ours = devices.filter(({ serial, removedAt }) => demoSerials.includes(serial) && removedAt === null)
  const start = async (one: (typeof devices)[number]): Promise<ChildProcess | undefined> => {
    const home = join(homes, one.serial)
    await mkdir(home, { recursive: true, mode: 0o700 })
    const output = await open(join(home, 'console.log'), 'a')
    try {
      if (one.state === 'awaiting_enrolment') {
        const known = await deviceById(house.db, one.id)
        if (!known) return undefined
        const { code } = await issueCode(house, bySystem, known)
        if ((await ended(agent(home, ['enrol', '--server', url, '--code', code], output.fd))) !== 0) {
          say(`The agent of ${one.name} could not enrol; see ${join(home, 'console.log')}`)
          return undefined
        }
      }
      const identityFile = join(home, 'identity.json')
      if (one.state === 'revoked' || !existsSync(identityFile)) return undefined
      await followThePort(identityFile, url)
      return agent(home, ['run'], output.fd)
    } finally {
      await output.close()
    }
  }
  const children = (await Promise.all(ours.map(start))).filter((child) => child !== undefined)
  say(`${children.length} agents are running, each a process of its own`)
  return {
    stop: async () => {
      await Promise.all(children.map(ending))
    },
  }
}
