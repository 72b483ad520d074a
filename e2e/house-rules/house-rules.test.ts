import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { rules, type Source } from './rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const sources: Source[] = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '')
  .flatMap((path) => {
    try {
      return [{ path, text: readFileSync(join(root, path), 'utf8') }]
    } catch {
      // Deleted and not committed yet.
      return []
    }
  })

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: code of others, as text.
/** For each rule, a file that breaks it: a rule that cannot fail is none. */
const planted: Record<string, Source> = {
  'shared imports nothing of ours, and nothing of a platform': {
    path: 'shared/src/a.ts',
    text: "import { x } from 'node:fs'",
  },
  'the agent imports shared and nothing else of ours': {
    path: 'agent/src/a.ts',
    text: "import { x } from '@gatehouse/bff/main'",
  },
  'the verifier imports shared and nothing else of ours': {
    path: 'verify/src/a.ts',
    text: "import { x } from '../../web/src/a.ts'",
  },
  'the pages import types of bff only': { path: 'web/src/a.ts', text: "import { x } from '@gatehouse/bff/main'" },
  'bff imports neither pages nor agent': { path: 'bff/src/a.ts', text: "import { x } from '../../agent/src/main.ts'" },
  "a room of bff enters another only by its door, or names its tables' columns": {
    path: 'bff/src/features/alarms/store.ts',
    text: "import { x } from '../devices/store.ts'",
  },
  'the kernel knows no room': { path: 'bff/src/kernel/a.ts', text: "import { x } from '../features/devices/door.ts'" },
  'what the pages are drawn with knows neither router nor API': {
    path: 'web/src/ui/a.tsx',
    text: "import { Link } from 'react-router'",
  },
  'a room of the pages does not open pages of another': {
    path: 'web/src/features/alarms/a.tsx',
    text: "import Fleet from '../devices/fleet.page.tsx'",
  },
  'lucia stands behind one file': { path: 'bff/src/features/sign-in/store.ts', text: "import { Lucia } from 'lucia'" },
  'the environment is read in env.ts only': { path: 'bff/src/app.ts', text: 'const port = process.env.PORT' },
  "time comes from the kernel's clock": { path: 'bff/src/app.ts', text: 'const now = Date.now()' },
  'only main.ts listens': { path: 'bff/src/app.ts', text: 'server.listen(80)' },
  'no text that comes from outside becomes SQL': { path: 'bff/src/app.ts', text: 'sql.raw(`order by ${column}`)' },
  'no test is focused, left out or asleep': { path: 'bff/src/a.test.ts', text: "test.only('x', () => {})" },
  'no path of a machine, no host of a registry': { path: 'bff/src/a.ts', text: "const x = '/home/somebody/gatehouse'" },
}

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above.

describe('the house rules', () => {
  test('there is a house', () => expect(sources.length).toBeGreaterThan(50))

  test.each(rules.map((rule) => [rule.says, rule] as const))('%s', (_, rule) => {
    expect(sources.flatMap((source) => rule.find(source))).toEqual([])
  })

  test.each(rules.map((rule) => [rule.says, rule] as const))('would be noticed: %s', (says, rule) => {
    const source = planted[says]
    expect(source).toBeDefined()
    expect(source && rule.find(source)).toHaveLength(1)
  })
})
