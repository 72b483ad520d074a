/** One source file: its path from the root with slashes, and its text. */
export interface Source {
  path: string
  text: string
}

/** What breaks a rule, as `file:line`. */
export interface Violation {
  at: string
  what: string
}

export interface Rule {
  says: string
  /** Violations in one file. */
  find(source: Source): Violation[]
}

interface Import {
  line: number
  from: string
  typeOnly: boolean
}

const importPattern =
  /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[\w*\s{},$]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** The imports of a file, dynamic ones as well. */
export const importsOf = (text: string): Import[] =>
  [...text.matchAll(importPattern)].map((match) => ({
    line: text.slice(0, match.index + match[0].length).split('\n').length,
    from: match[3] ?? match[4] ?? '',
    typeOnly: match[2] !== undefined,
  }))

const isTest = (path: string): boolean =>
  /\.(test|spec)\.tsx?$/.test(path) || path.includes('/testing/') || path.startsWith('e2e/')

/** The path of what a file imports, from the root; packages of ours in the same form, others as they are. */
const resolved = (path: string, from: string): string => {
  const ours = /^@gatehouse\/(\w+)\/(.+)$/.exec(from)
  if (ours) return `${ours[1]}/src/${ours[2]}`
  if (!from.startsWith('.')) return from
  const parts = path.split('/').slice(0, -1)
  for (const part of from.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const importRule = (
  says: string,
  within: RegExp,
  forbidden: (to: string, one: Import, path: string) => boolean,
  { testsToo = false } = {},
): Rule => ({
  says,
  find: ({ path, text }) =>
    !within.test(path) || (!testsToo && isTest(path))
      ? []
      : importsOf(text)
          .filter((one) => forbidden(resolved(path, one.from), one, path))
          .map((one) => ({ at: `${path}:${one.line}`, what: one.from })),
})

/** Lines that match, unless the line or the one before says why (`// clock: …`). */
const lineRule = (says: string, within: RegExp, pattern: RegExp, excuse?: RegExp): Rule => ({
  says,
  find: ({ path, text }) => {
    if (!within.test(path)) return []
    const lines = text.split('\n')
    return lines.flatMap((line, at) => {
      const code = line.replace(/^\s*(\*|\/\/|\/\*).*$/, '')
      const excused =
        excuse && (excuse.test(line) || excuse.test(lines[at - 1] ?? '') || excuse.test(lines[at + 1] ?? ''))
      return pattern.test(code) && !excused ? [{ at: `${path}:${at + 1}`, what: line.trim() }] : []
    })
  },
})

const room = (path: string): string | undefined => /^(?:bff|web)\/src\/features\/([^/]+)\//.exec(path)?.[1]

/** The rules of the house: who may know whom, and what stands in one place only. */
export const rules: readonly Rule[] = [
  importRule('shared imports nothing of ours, and nothing of a platform', /^shared\/src\//, (to) =>
    /^(bff|web|agent|e2e)\/|^node:|^(ws|hono|react|drizzle-orm)\b/.test(to),
  ),
  importRule('the agent imports shared and nothing else of ours', /^agent\/src\//, (to) => /^(bff|web|e2e)\//.test(to)),
  importRule('the verifier imports shared and nothing else of ours', /^verify\/src\//, (to) =>
    /^(bff|web|agent|e2e)\//.test(to),
  ),
  importRule(
    'the pages import types of bff only',
    /^web\/src\//,
    (to, one) => to.startsWith('agent/') || (to.startsWith('bff/') && !one.typeOnly),
  ),
  importRule('bff imports neither pages nor agent', /^bff\/src\//, (to) => /^(web|agent|e2e)\//.test(to)),
  importRule(
    "a room of bff enters another only by its door, or names its tables' columns",
    /^bff\/src\/features\//,
    (to, _, path) => {
      const other = room(`${to}/`) ?? room(to)
      return other !== undefined && to.startsWith('bff/') && other !== room(path) && !/\/(door|tables)(\.ts)?$/.test(to)
    },
  ),
  importRule('the kernel knows no room', /^bff\/src\/kernel\//, (to) => to.includes('/features/')),
  importRule(
    'what the pages are drawn with knows neither router nor API',
    /^web\/src\/ui\//,
    (to) =>
      /^react-router/.test(to) ||
      /^web\/src\/(features|shell)\/|kernel\/(api|me|live|activity|query-client)\b/.test(to),
  ),
  importRule(
    'a room of the pages does not open pages of another',
    /^web\/src\/features\//,
    (to, _, path) => room(to) !== undefined && room(to) !== room(path) && /\.page(\.tsx)?$/.test(to),
  ),
  importRule('lucia stands behind one file', /^(bff|shared|web|agent)\/src\/(?!features\/sign-in\/lucia\.ts$)/, (to) =>
    /^(lucia$|@lucia-auth\/)/.test(to),
  ),
  lineRule(
    'the environment is read in env.ts only',
    /^(bff|agent|web)\/src\/(?!env\.ts$|.*\.test\.tsx?$|.*testing\/)/,
    /\bprocess\.env\b/,
  ),
  lineRule(
    "time comes from the kernel's clock",
    /^bff\/src\/(?!kernel\/clock\.ts$|.*\.test\.ts$|testing\/)/,
    /\bDate\.now\(\)|\bnew Date\(\)|\bperformance\.now\(\)|\bset(Interval|Timeout)\(/,
    /\/\/ clock: \S/,
  ),
  lineRule(
    'only main.ts listens',
    /^bff\/src\/(?!main\.ts$|.*\.test\.ts$|.*testing\/)/,
    /\bserver\.listen\(/,
    /\/\/ listens: \S/,
  ),
  lineRule(
    'no text that comes from outside becomes SQL',
    /^bff\/src\//,
    /\bsql\.raw\((?!['"`][^$]*['"`]\))|\bsql\.unsafe\((?!['"`][^$]*['"`]\))/,
    /\/\/ raw: \S/,
  ),
  lineRule(
    'no test is focused, left out or asleep',
    /^(?!e2e\/house-rules\/).*\.(test|spec)\.tsx?$/,
    /\b(test|it|describe)\.(only|skip|todo|fixme)\b|\bwaitForTimeout\(|setTimeout\((r|resolve|done),/,
  ),
  lineRule(
    'no path of a machine, no host of a registry',
    /^(?!e2e\/house-rules\/)/,
    /['"`\s]\/(home|Users|root|work)\/\w+|https?:\/\/registry\./,
  ),
]
