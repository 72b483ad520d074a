import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './build-once.ts'
import { buildVerify } from './build-verify.ts'

// The file that customers are given, from a checkout: with the paths and the exit code of whoever typed it.
await buildVerify((line) => console.error(line))
const child = spawn(process.execPath, [join(root, 'verify/dist/gatehouse-verify.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD ?? process.cwd(),
})
child.once('exit', (code) => process.exit(code ?? 2))
