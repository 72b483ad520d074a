import { STATUS_CODES } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { refuseForeignRequest } from './foreign.ts'
import type { RoomEnv } from './room-env.ts'

/** Where browsers say what a policy of ours has stopped. */
export const reportsPath = '/browser-reports'

/** For browsers that know no reporting endpoints, and for all where there is no TLS: endpoints need it. */
const reportUri = `report-uri ${reportsPath}`

/** True where browsers take reporting endpoints; one that does leaves `report-uri` alone. */
const hasEndpoints = (origin: string): boolean => origin.startsWith('https:')

const reportingHeader = { 'Reporting-Endpoints': `csp="${reportsPath}"` } as const

const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    // The one policy of our pages: markup never becomes elements.
    'trusted-types default',
    reportUri,
  ].join('; ')

/** Headers of a page of the application at `origin`; `nonce` is for the styles that libraries make at run time. */
export const pageHeaders = (nonce: string, origin: string): Readonly<Record<string, string>> =>
  hasEndpoints(origin)
    ? { 'Content-Security-Policy': `${pagePolicy(nonce)}; report-to csp`, ...reportingHeader }
    : { 'Content-Security-Policy': pagePolicy(nonce) }

/** The policy of everything that is no page. */
const bareSecurityPolicy = `default-src 'none'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ${reportUri}`

/** Headers of every answer, whatever its kind. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), clipboard-read=(), payment=(), usb=()',
  'X-Frame-Options': 'DENY',
}

const securityHeaderPairs = Object.entries(securityHeaders)

/** Headers of an answer that is written by hand, before or beside the rooms. */
export const bareHeaders: Readonly<Record<string, string>> = {
  ...securityHeaders,
  'Content-Security-Policy': bareSecurityPolicy,
  'Cache-Control': 'no-store',
}

/** An answer without words, as it goes over the wire: for what was never understood as a request. */
export const bareAnswer = (status: number): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    ...Object.entries({ ...bareHeaders, 'Content-Length': '0', Connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
    '',
    '',
  ].join('\r\n')

/** Puts the headers on; answers that carry no page get the strictest policy. */
export const withSecurityHeaders: MiddlewareHandler<RoomEnv> = async (c, next) => {
  await next()
  // Not by `c.header`: on an answer that is made already each call copies it, and turns its body into a stream.
  const { headers } = c.res
  for (const [name, value] of securityHeaderPairs) headers.set(name, value)
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', bareSecurityPolicy)
  // Only what says that it may be kept is kept: an asset, by its hashed name.
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

/** Whatever changes something must come from our own pages: exact origin and our own header. */
export const sameOriginOnly: MiddlewareHandler<RoomEnv> = async (c, next) => {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
    if (c.req.header('origin') !== c.var.house.origin || c.req.header('x-gatehouse') !== '1')
      return refuseForeignRequest(c.var.house, c.var.from)
  }
  await next()
}
