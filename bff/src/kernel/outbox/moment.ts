const day = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: zone }).format(at)
const time = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: zone }).format(at)
const full = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: zone }).format(at)

/** The same moment on another clock; its day only where it is another one. */
const elsewhere = (at: number, zone: string, than: string): string =>
  day(at, zone) === day(at, than) ? time(at, zone) : full(at, zone)

/** A moment in a mail: on the reader's clock with UTC beside it, or in UTC alone where he has chosen no zone. */
export const moment = (at: number, zone: string | null): string =>
  zone === null || zone === 'UTC'
    ? `${full(at, 'UTC')} UTC`
    : `${full(at, zone)} (${zone}; ${elsewhere(at, 'UTC', zone)} UTC)`

/** A moment at a site in a mail: on the clock there, and on the reader's where he has chosen a zone whose clock differs. */
export const momentThere = (at: number, there: string, zone: string | null): string =>
  zone === null || full(at, zone) === full(at, there)
    ? `${full(at, there)} (${there})`
    : `${full(at, there)} (${there}; for you ${elsewhere(at, zone, there)}, ${zone})`
