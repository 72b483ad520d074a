import { zValidator } from '@hono/zod-validator'
import type { ValidationTargets } from 'hono'
import type { z } from 'zod'
import { Refused } from '../errors.ts'

/** What stands between a request and its handler: tests read from it which fields there are. */
export interface Reading {
  part: 'json' | 'query' | 'param'
  schema: z.ZodType
}

const readingOf = new WeakMap<object, Reading>()

/** The schema a handler reads a part of the request by, if it is such a one. */
export const readReading = (handler: object): Reading | undefined => readingOf.get(handler)

const isJson = /^application\/json *(;|$)/i

/** Reads a part of the request by its schema; what does not fit is refused with a sentence per field. */
export const validated = <T extends z.ZodType, Part extends 'json' | 'query' | ('param' & keyof ValidationTargets)>(
  part: Part,
  schema: T,
) => {
  const read = zValidator(part, schema, (result) => {
    if (result.success) return
    const fields = Object.fromEntries(result.error.issues.map((issue) => [issue.path.join('.') || part, issue.message]))
    throw new Refused('invalid_input', { fields })
  })
  // Where it says that it is something else it would be read as if nothing had been sent.
  const handler: typeof read = (c, next) => {
    const type = part === 'json' ? c.req.header('content-type') : undefined
    if (type !== undefined && !isJson.test(type)) throw new Refused('malformed')
    return read(c, next)
  }
  readingOf.set(handler, { part, schema })
  return handler
}
