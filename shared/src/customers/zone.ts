import { z } from 'zod'

/**
 * True for the IANA name of a time zone that this machine knows, also an older name: `Asia/Kolkata` and
 * `Asia/Calcutta`. The list of `Intl.supportedValuesOf` knows only one of each pair; offsets are no zones.
 */
export const isZone = (name: string): boolean => {
  if (!/^(UTC|[A-Z][A-Za-z0-9_-]*(\/[A-Z][A-Za-z0-9_+-]*)+)$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The IANA name of a site's time zone. */
export const Zone = z.string().max(64).refine(isZone, 'Choose a time zone such as Europe/Zurich')
