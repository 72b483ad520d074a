import { isZone } from '@gatehouse/shared/customers/zone'

/** Every zone this browser lists; of two names for one zone it lists one only. */
export const listedZones = (): string[] => {
  const all = Intl.supportedValuesOf('timeZone')
  return all.includes('UTC') ? all : [...all, 'UTC']
}

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9+]+/g, ' ')
    .trim()

const city = (zone: string) => plain(zone.slice(zone.lastIndexOf('/') + 1))

const asName = (words: string) =>
  words
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('_')

/** Zones that exist under a name the list leaves out: `kolkata` where the list says `Asia/Calcutta`. */
const unlisted = (search: string, all: readonly string[]): string[] => {
  const typed = search.trim()
  const regions = [...new Set(all.filter((zone) => zone.includes('/')).map((zone) => zone.slice(0, zone.indexOf('/'))))]
  const words = plain(search)
  if (words.length < 3) return []
  const candidates = [typed, ...regions.map((region) => `${region}/${asName(words)}`)]
  return [...new Set(candidates)].filter((zone) => !all.includes(zone) && isZone(zone))
}

/** The zones that fit what was typed, those whose city begins with it first; at most `most`. */
export const findZones = (search: string, all: readonly string[], most = 60): string[] => {
  const words = plain(search)
  if (!words) return all.slice(0, most)
  const fitting = all.filter((zone) => words.split(' ').every((word) => ` ${plain(zone)}`.includes(` ${word}`)))
  const first = fitting.filter((zone) => city(zone).startsWith(words))
  const rest = fitting.filter((zone) => !first.includes(zone))
  return [...unlisted(search, all), ...first, ...rest].slice(0, most)
}
