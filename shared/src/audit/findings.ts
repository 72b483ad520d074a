/** What is checked of a bundle, in the order people read it, and what it means when it holds. */
export const checks = {
  files: 'Every file that belongs to it is there, and no other',
  key: 'The key you hold is the key of this bundle',
  origin: 'It is the audit log of this customer on this server',
  checkpoint: 'The size and the root of the log are signed with your key',
  manifest: 'What the bundle claims to hold is signed with your key, and is what it holds',
  events: 'Every event is, byte for byte, the one its entry in the log names',
  openings: 'Names and addresses in clear text are those that were written down',
  order: 'The entries stand in the order of the log, each once',
  devices: 'Nothing is missing between the events of a device',
  root: 'All entries are in the log that was signed',
  earlier: 'The log has only grown since the earlier checkpoint: nothing before it was changed',
  verifier: 'The verifier inside the bundle is the one that was put in',
} as const

export type CheckName = keyof typeof checks
export const checkNames = Object.keys(checks) as readonly CheckName[]

/** Where something is wrong, and what, in a sentence. `line` counts from 1, `seq` is the entry's number in the log. */
export interface Failure {
  file: string
  line?: number
  seq?: number
  because: string
}

/** What came of one check. */
export interface Check {
  name: CheckName
  says: string
  result: 'ok' | 'failed' | 'not_applicable'
  /** The first failures. */
  failures: readonly Failure[]
  /** How many there were in all. */
  failed: number
  /** Why it does not apply. */
  because?: string
}

const mostKept = 20

/** Collects what is found while a bundle is read. A check that failed stays so, whatever is said of it later. */
export const openFindings = () => {
  const failures = new Map<CheckName, { kept: Failure[]; count: number }>()
  const notApplicable = new Map<CheckName, string>()
  return {
    fail: (name: CheckName, failure: Failure): void => {
      const found = failures.get(name) ?? { kept: [], count: 0 }
      failures.set(name, found)
      found.count++
      if (found.kept.length < mostKept) found.kept.push(failure)
    },
    /** Says why a check could not be made, or has nothing to look at. */
    skip: (name: CheckName, because: string): void => {
      notApplicable.set(name, because)
    },
    hasFailed: (name: CheckName): boolean => failures.has(name),
    result: (): Check[] =>
      checkNames.map((name) => {
        const { kept = [], count = 0 } = failures.get(name) ?? {}
        const because = notApplicable.get(name)
        const result = count > 0 ? 'failed' : because === undefined ? 'ok' : 'not_applicable'
        return { name, says: checks[name], result, failures: kept, failed: count, ...(because && { because }) }
      }),
  }
}

export type Findings = ReturnType<typeof openFindings>
