import { type Refusal, type RefusalBody, refusals } from '@gatehouse/shared/refusals'

interface Extra {
  /** For the log only, never for the answer. */
  privately?: string
  fields?: Record<string, string>
  state?: string
  since?: number
}

/** The one error a room throws on purpose: a code of the table, and words nobody outside reads. */
export class Refused extends Error {
  readonly code: Refusal
  readonly extra: Extra

  constructor(code: Refusal, extra: Extra = {}) {
    super(extra.privately ?? code)
    this.name = 'Refused'
    this.code = code
    this.extra = extra
  }
}

/** The body of a refused answer; for codes that do not come from a `Refused` as well. */
export const refusalBody = (code: Refusal, extra: Extra = {}, correlationId?: string): RefusalBody => ({
  error: {
    code,
    says: refusals[code].says,
    ...(extra.fields && { fields: extra.fields }),
    ...(extra.state && { state: extra.state }),
    ...(extra.since !== undefined && { since: extra.since }),
    ...(correlationId && { correlationId }),
  },
})

/** True when PostgreSQL refused a write by the constraint of this name. */
export const brokeConstraint = (error: unknown, constraint: string): boolean => {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('constraint_name' in at && at.constraint_name === constraint) return true
  return false
}

/**
 * For `.catch`: a write that broke one of these unique constraints is refused as `already_exists`, with the sentence
 * at its field; every other error goes on.
 */
export const orTaken =
  (constraints: Readonly<Record<string, { field: string; says: string }>>) =>
  (error: unknown): never => {
    for (const [constraint, { field, says }] of Object.entries(constraints))
      if (brokeConstraint(error, constraint)) throw new Refused('already_exists', { fields: { [field]: says } })
    throw error
  }
