import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { Refused } from '../errors.ts'

/**
 * Refuses bodies of more than `maxSize` bytes. Where the length is said (and Node holds whoever sends to it), the body
 * is left alone: hono's own limit turns every request into a web stream first, which costs more than reading it.
 */
export const limitedBody = (maxSize: number): MiddlewareHandler => {
  const counted = bodyLimit({ maxSize })
  return (c, next) => {
    const length = c.req.header('content-length')
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return counted(c, next)
    if (Number(length) > maxSize) throw new Refused('too_large')
    return next()
  }
}
