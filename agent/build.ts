import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// What loads files of its own beside it, natively or as a thread, stays a package.
await build({
  root: here('.'),
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true, external: ['@lydell/node-pty', 'pino'], target: 'node' },
  build: {
    ssr: here('src/main.ts'),
    target: 'node20',
    outDir: here('dist'),
    emptyOutDir: true,
    rolldownOptions: {
      output: { format: 'es', entryFileNames: 'gatehouse-agent.mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
})
