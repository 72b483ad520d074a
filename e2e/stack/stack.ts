import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { StackAddress, StackDone, StackOrder } from './orders.ts'

/** A running system of a worker's own. */
export interface Stack extends StackAddress {
  /** Moves the server's clock on; browsers and agents keep theirs. */
  advance(ms: number): Promise<void>
  /** What the server's clock says, ms since the epoch: for one-time codes. */
  now(): number
  /** Violations of the content security policy that browsers have reported since this was asked last. */
  takeReports(): Promise<number>
  /** Changes an entry of a customer's log, as only somebody can who owns the database. */
  alter(tree: string, seq: number): Promise<void>
  /** From how many percent on the disk counts as nearly full; the server looks every five seconds. */
  diskStopsAt(percent: number): Promise<void>
  close(): Promise<void>
}

const program = fileURLToPath(new URL('./process.ts', import.meta.url))

/** Starts a system against the test cluster whose address the global set-up left in the environment. */
export const startStack = async (): Promise<Stack> => {
  const cluster = process.env.GATEHOUSE_TEST_CLUSTER
  if (!cluster) throw new Error('The global set-up has not started a PostgreSQL')
  const tsx = createRequire(import.meta.url).resolve('tsx')
  const child = spawn(process.execPath, ['--import', tsx, program, cluster], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async <T>(): Promise<T> => {
    for (;;) {
      const line = await lines.next()
      if (line.done) throw new Error('The stack ended by itself; what it said is above')
      if (/^\{"(url|done)":/.test(line.value)) return JSON.parse(line.value) as T
      // What the server has logged is no answer, and worth being seen.
      process.stderr.write(`${line.value}\n`)
    }
  }
  const order = (one: StackOrder): void => void child.stdin.write(`${JSON.stringify(one)}\n`)
  const address = await read<StackAddress>()
  let ahead = 0
  let taken = 0
  return {
    ...address,
    advance: async (ms) => {
      order({ do: 'advance', ms })
      await read()
      ahead += ms
    },
    now: () => Date.now() + ahead,
    takeReports: async () => {
      order({ do: 'count reports' })
      const { reports } = await read<StackDone>()
      const fresh = reports - taken
      taken = reports
      return fresh
    },
    alter: async (tree, seq) => {
      order({ do: 'alter', tree, seq })
      await read()
    },
    diskStopsAt: async (percent) => {
      order({ do: 'disk stops at', percent })
      await read()
    },
    close: async () => {
      const ended = new Promise((done) => child.once('exit', done))
      order({ do: 'close' })
      await ended
    },
  }
}
