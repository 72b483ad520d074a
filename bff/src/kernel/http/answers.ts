import { refusals } from '@gatehouse/shared/refusals'
import type { ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isUnavailable } from '../database/connect.ts'
import { Refused, refusalBody } from '../errors.ts'
import type { RoomEnv } from './room-env.ts'

/** Turns whatever was thrown into an answer: our own refusals in their words, everything else as `internal`. */
export const answerError: ErrorHandler<RoomEnv> = (error, c) => {
  const { house, correlationId } = c.var
  if (error instanceof Refused)
    return c.json(refusalBody(error.code, error.extra, correlationId), refusals[error.code].status)
  if (error instanceof HTTPException) {
    const code = error.status === 413 ? 'too_large' : 'malformed'
    return c.json(refusalBody(code, {}, correlationId), refusals[code].status)
  }
  const code = isUnavailable(error) ? 'unavailable' : 'internal'
  house.log.error({ err: error, correlationId, path: c.req.path }, code)
  return c.json(refusalBody(code, {}, correlationId), refusals[code].status)
}

/** What does not exist, under /api and everywhere else. */
export const answerNotFound: NotFoundHandler<RoomEnv> = (c) =>
  c.json(refusalBody('not_found', {}, c.var.correlationId), 404)
