import type { DataItem, Declaration, DeclaredSetting } from '@gatehouse/shared/devices/declaration'
import { counted } from '../../kernel/format.ts'
import type { DeclarationChange } from './declaration-form.ts'

/** The agents' drivers in words. */
export const driverSays: Record<Declaration['driver'], string> = {
  host: 'Computer (host)',
  scale: 'Balance (scale)',
}

/** The kinds of values in words. */
export const typeSays: Record<DataItem['type'], string> = { number: 'Number', text: 'Text', boolean: 'Yes or no' }

/** `−5 to 5 mg`, `at least 1`, `at most 97 %`; empty without bounds. */
export const boundsSay = ({ min, max }: Pick<DeclaredSetting, 'min' | 'max'>, unit: string): string => {
  const of = (value: number) => `${value.toString().replace('-', '−')}`
  const tail = unit ? `\u202f${unit}` : ''
  if (min !== undefined && max !== undefined) return `${of(min)} to ${of(max)}${tail}`
  if (min !== undefined) return `at least ${of(min)}${tail}`
  return max === undefined ? '' : `at most ${of(max)}${tail}`
}

/** Whom a new version reaches, as far as the reader may know. */
export const reachSays = (devices: number): string =>
  devices === 0
    ? 'You see no device of this model; any there is gets the new declaration as soon as it is connected.'
    : `${counted(devices, 'device')} that you see ${devices === 1 ? 'is' : 'are'} of this model. ${devices === 1 ? 'It gets' : 'They get'} the new declaration as soon as ${devices === 1 ? 'it is' : 'they are'} connected.`

/** The lists of a declaration as headings. */
export const listSays: Record<DeclarationChange['list'], string> = {
  driver: 'Driver',
  items: 'Data items',
  alarms: 'Alarms',
  settings: 'Settings',
  logs: 'Log files',
}
