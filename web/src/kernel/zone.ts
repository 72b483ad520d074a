import { browserZone, isKnownZone } from './format.ts'
import { useMe } from './me.ts'

/** The zone in which this person reads times that belong to no site: the one he has chosen, or else this browser's. */
export const useZone = (): string => {
  const { zone } = useMe()
  // A browser older than a zone cannot tell its times.
  return zone !== null && isKnownZone(zone) ? zone : browserZone()
}
