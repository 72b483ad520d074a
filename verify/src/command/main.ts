import { once } from 'node:events'
import { ends, run } from './run.ts'

const { stdout, stderr, env, argv } = process

// Whoever reads the first lines and leaves, as `head` does, gets no stack trace; and no "all good" either.
stdout.on('error', () => process.exit(ends.unreadable))

process.exitCode = await run(argv.slice(2), {
  out: async (text) => {
    if (!stdout.write(text)) await once(stdout, 'drain')
  },
  err: (text) => void stderr.write(text),
  colours: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  rewrites: stderr.isTTY === true && env.TERM !== 'dumb',
  now: () => performance.now(),
})
