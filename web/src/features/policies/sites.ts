import type { SiteView } from '@gatehouse/shared/views/customers'
import type { Place } from './levels.ts'

/** The sites by whose clocks the rules of a place go. */
export const sitesOf = (sites: readonly SiteView[], place: Place): SiteView[] => {
  const id = place.level === 'site' ? place.levelId : place.device?.siteId
  return id === undefined ? [...sites] : sites.filter((one) => one.id === id)
}
