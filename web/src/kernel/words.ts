import type { RefusalBody } from '@gatehouse/shared/refusals'
import { type Refusal, refusals } from '@gatehouse/shared/refusals'
import { browserZone, dateTime } from './format.ts'

/** What a call can fail with: a refusal of the server, or no answer at all. */
export type ErrorCode = Refusal | 'unreachable'

/** The one error of the API client; `says` is ready to be read by a person. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly says: string
  readonly status: number
  /** Sentences per field, where a form was sent. */
  readonly fields: Readonly<Record<string, string>>
  /** The state that won, where a race was lost. */
  readonly state: string | undefined
  /** Names this one occurrence in the server's log. */
  readonly correlationId: string | undefined

  constructor(error: Omit<RefusalBody['error'], 'code'> & { code: ErrorCode }, status: number) {
    super(error.says)
    this.name = 'ApiError'
    this.code = error.code
    this.says =
      error.since === undefined ? error.says : `${error.says} (Since ${dateTime(error.since, browserZone())}.)`
    this.status = status
    this.fields = error.fields ?? {}
    this.state = error.state
    this.correlationId = error.correlationId
  }
}

const isRefusalBody = (body: unknown): body is RefusalBody => {
  const error = (body as RefusalBody | null)?.error
  return typeof error?.says === 'string' && typeof error.code === 'string' && Object.hasOwn(refusals, error.code)
}

/** Reads a refused answer; one that is none of ours (a proxy's page, say) becomes `unavailable` or `internal`. */
export const errorOf = (status: number, body: unknown): ApiError => {
  if (isRefusalBody(body)) return new ApiError(body.error, status)
  const code = status === 401 ? 'not_signed_in' : status >= 502 && status <= 504 ? 'unavailable' : 'internal'
  return new ApiError({ code, says: refusals[code].says }, status)
}

/** The error for a call that got no answer. */
export const unreachable = (): ApiError =>
  new ApiError(
    { code: 'unreachable', says: 'Gatehouse cannot be reached. Check the connection; this page will try again.' },
    0,
  )

/** The sentence a person reads for anything that was thrown. */
export const wordsFor = (thrown: unknown): string =>
  thrown instanceof ApiError ? thrown.says : 'Something in this page went wrong. Load it again.'
