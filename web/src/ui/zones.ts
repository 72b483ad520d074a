import { isZone } from '@gatehouse/shared/customers/zone'

/** Zones of two names, of which a browser lists one and the standard has gone on to the other, or will. */
const twoNames = [
  'Africa/Asmara Africa/Asmera',
  'America/Argentina/Buenos_Aires America/Buenos_Aires',
  'America/Argentina/Catamarca America/Catamarca',
  'America/Argentina/Cordoba America/Cordoba',
  'America/Argentina/Jujuy America/Jujuy',
  'America/Argentina/Mendoza America/Mendoza',
  'America/Atikokan America/Coral_Harbour',
  'America/Indiana/Indianapolis America/Indianapolis',
  'America/Kentucky/Louisville America/Louisville',
  'America/Nuuk America/Godthab',
  'Asia/Ho_Chi_Minh Asia/Saigon',
  'Asia/Kathmandu Asia/Katmandu',
  'Asia/Kolkata Asia/Calcutta',
  'Asia/Yangon Asia/Rangoon',
  'Atlantic/Faroe Atlantic/Faeroe',
  'Europe/Kyiv Europe/Kiev',
  'Pacific/Chuuk Pacific/Truk',
  'Pacific/Kanton Pacific/Enderbury',
  'Pacific/Pohnpei Pacific/Ponape',
].flatMap((names) => names.split(' '))

/** Every zone this browser knows, by name, under each name people may look for. */
export const listedZones = (): string[] =>
  [...new Set([...Intl.supportedValuesOf('timeZone'), ...twoNames.filter(isZone), 'UTC'])].sort()

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9+]+/g, ' ')
    .trim()

const city = (zone: string) => plain(zone.slice(zone.lastIndexOf('/') + 1))

/** The zones that fit what was typed, those whose city begins with it first; at most `most`. */
export const findZones = (search: string, all: readonly string[], most = 60): string[] => {
  const words = plain(search)
  if (!words) return all.slice(0, most)
  const fitting = all.filter((zone) => words.split(' ').every((word) => ` ${plain(zone)}`.includes(` ${word}`)))
  const first = fitting.filter((zone) => city(zone).startsWith(words))
  const rest = fitting.filter((zone) => !first.includes(zone))
  return [...first, ...rest].slice(0, most)
}
