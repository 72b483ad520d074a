import { z } from 'zod'
import { minutes } from '../../kernel/clock.ts'

/** How much of what anybody may send is looked at: so many bytes, so many reports a request, so many requests a time. */
export const reportLimits = {
  bytes: 16 * 1024,
  perRequest: 20,
  within: minutes(1),
  perSource: 30,
  /** From all sources together: strangers fill no log. */
  altogether: 600,
} as const

/** What is kept of a report: what was stopped where, and nothing of a query, a fragment, a script or a person. */
export interface BrowserReport {
  directive: string
  blocked: string
  page: string
  source: string
  line: number
}

const cut = (text: string): string => text.slice(0, 200)

/** An address without what may be secret in it, or one of the words that stand in its place. */
const place = (text: string): string => {
  if (/^[a-z-]{0,40}$/.test(text)) return text
  try {
    const { origin, protocol, pathname } = new URL(text)
    return origin === 'null' ? cut(protocol) : cut(origin + pathname)
  } catch {
    return 'unreadable'
  }
}

const Text = z.string().optional().catch(undefined)
const Line = z.number().int().min(0).optional().catch(undefined)
const byUri = z.object({
  'csp-report': z.object({
    'document-uri': Text,
    'blocked-uri': Text,
    'effective-directive': Text,
    'violated-directive': Text,
    'source-file': Text,
    'line-number': Line,
  }),
})
const byEndpoint = z.array(
  z.object({
    type: z.string(),
    body: z
      .object({ documentURL: Text, blockedURL: Text, effectiveDirective: Text, sourceFile: Text, lineNumber: Line })
      .optional()
      .catch(undefined),
  }),
)

const report = (of: { [Key in keyof BrowserReport]: BrowserReport[Key] | undefined }): BrowserReport => ({
  directive: /^[a-z-]{1,40}/.exec(of.directive ?? '')?.[0] ?? 'unknown',
  blocked: place(of.blocked ?? ''),
  page: place(of.page ?? ''),
  source: place(of.source ?? ''),
  line: of.line ?? 0,
})

/** The violations in a body of one of the two kinds that browsers send; `undefined` where it is neither. */
export const readReports = (type: string, body: string): BrowserReport[] | undefined => {
  let given: unknown
  try {
    given = JSON.parse(body)
  } catch {
    return undefined
  }
  if (type === 'application/csp-report') {
    const one = byUri.safeParse(given).data?.['csp-report']
    if (!one) return undefined
    const directive = one['effective-directive'] ?? one['violated-directive']
    const [blocked, page, source] = [one['blocked-uri'], one['document-uri'], one['source-file']]
    return [report({ directive, blocked, page, source, line: one['line-number'] })]
  }
  if (type !== 'application/reports+json') return undefined
  // What else browsers tell (interventions, crashes) is read and left.
  return byEndpoint
    .safeParse(given)
    .data?.filter((one) => one.type === 'csp-violation')
    .slice(0, reportLimits.perRequest)
    .map(({ body: of }) =>
      report({
        directive: of?.effectiveDirective,
        blocked: of?.blockedURL,
        page: of?.documentURL,
        source: of?.sourceFile,
        line: of?.lineNumber,
      }),
    )
}
