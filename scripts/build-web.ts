import { join } from 'node:path'
import { buildOnce, root } from './build-once.ts'

/** Builds the pages unless they were built from these very sources. */
export const buildWeb = (say: (line: string) => void): Promise<void> =>
  buildOnce(
    {
      says: 'the pages',
      folder: 'web',
      from: ['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'shared/src', 'pnpm-lock.yaml'],
      words: [join(root, 'web/node_modules/vite/bin/vite.js'), 'build'],
    },
    say,
  )
