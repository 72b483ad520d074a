import { createRequire } from 'node:module'
import { join } from 'node:path'
import { buildOnce, root } from './build-once.ts'

const tsx = createRequire(import.meta.url).resolve('tsx')

/** The agent's program once `buildAgent` has built it. */
export const agentProgram = join(root, 'agent/dist/gatehouse-agent.mjs')

/** Builds the agent's program into `agent/dist` unless it was built from these very sources: it starts five times as fast. */
export const buildAgent = (say: (line: string) => void): Promise<void> =>
  buildOnce(
    {
      says: 'the agent',
      folder: 'agent',
      from: ['agent/src', 'agent/build.ts', 'agent/package.json', 'shared/src', 'pnpm-lock.yaml'],
      words: ['--import', tsx, 'build.ts'],
    },
    say,
  )
