import { createRequire } from 'node:module'
import { buildOnce } from './build-once.ts'

const tsx = createRequire(import.meta.url).resolve('tsx')

/** Builds the verifier, command and page, into `verify/dist` unless it was built from these very sources. */
export const buildVerify = (say: (line: string) => void): Promise<void> =>
  buildOnce(
    {
      says: 'the verifier',
      folder: 'verify',
      from: ['verify/src', 'verify/build.ts', 'shared/src', 'pnpm-lock.yaml'],
      words: ['--import', tsx, 'build.ts'],
    },
    say,
  )
