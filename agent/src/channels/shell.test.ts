import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { isAlive } from '../testing/processes.ts'
import { openShell } from './shell.ts'

const settings = { path: '/bin/sh', environment: { PATH: '/usr/bin:/bin' }, folder: tmpdir(), patience: 300 }

test('a shell that is ended in the moment it is opened is gone', async () => {
  for (let i = 0; i < 30; i++) {
    const shell = openShell(settings)
    await shell.end()
    expect(isAlive(shell.pid)).toBe(false)
  }
})
