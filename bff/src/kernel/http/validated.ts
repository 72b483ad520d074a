import { zValidator } from '@hono/zod-validator'
import type { ValidationTargets } from 'hono'
import type { z } from 'zod'
import { Refused } from '../errors.ts'

/** Reads a part of the request by its schema; what does not fit is refused with a sentence per field. */
export const validated = <T extends z.ZodType, Part extends 'json' | 'query' | ('param' & keyof ValidationTargets)>(
  part: Part,
  schema: T,
) =>
  zValidator(part, schema, (read) => {
    if (read.success) return
    const fields = Object.fromEntries(read.error.issues.map((issue) => [issue.path.join('.') || part, issue.message]))
    throw new Refused('invalid_input', { fields })
  })
