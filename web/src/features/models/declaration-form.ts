import {
  type DataItem,
  Declaration,
  type DeclaredAlarm,
  type DeclaredSetting,
  type Severity,
} from '@gatehouse/shared/devices/declaration'
import type { ModelFields } from './queries.ts'

/** A row of the form; `id` keeps it apart while rows come and go. Numbers are as they were typed. */
export interface ItemRow {
  id: number
  key: string
  says: string
  type: DataItem['type']
  unit: string
  everySeconds: string
  deadband: string
  digits: string
  min: string
  max: string
  severity: Severity
}
export interface AlarmRow {
  id: number
  code: string
  says: string
  severity: Severity
}
export interface SettingRow {
  id: number
  key: string
  says: string
  type: DeclaredSetting['type']
  unit: string
  min: string
  max: string
}
export interface LogRow {
  id: number
  name: string
  says: string
}
export interface ModelForm {
  name: string
  maker: string
  driver: Declaration['driver']
  items: ItemRow[]
  alarms: AlarmRow[]
  settings: SettingRow[]
  logs: LogRow[]
}

/** The lists of a declaration. */
export const lists = ['items', 'alarms', 'settings', 'logs'] as const
export type ListName = (typeof lists)[number]

/** Sentences at fields: `name`, `declaration.driver`, or `items 7 key`, where 7 is the id of a row. */
export type Faults = Readonly<Record<string, string>>

/** The name under which a sentence stands at a field of a row. */
export const faultAt = (list: ListName, id: number, field: string): string => `${list} ${id} ${field}`

let lastId = 0
const newId = () => {
  lastId += 1
  return lastId
}

const text = (value: number | undefined) => (value === undefined ? '' : String(value))

const itemRow = ({ limit, ...item }: DataItem): ItemRow => ({
  ...item,
  id: newId(),
  everySeconds: text(item.everySeconds),
  deadband: text(item.deadband),
  digits: text(item.digits),
  min: text(limit?.min),
  max: text(limit?.max),
  severity: limit?.severity ?? 'warning',
})
const alarmRow = (alarm: DeclaredAlarm): AlarmRow => ({ ...alarm, id: newId() })
const settingRow = (setting: DeclaredSetting): SettingRow => ({
  ...setting,
  id: newId(),
  min: text(setting.min),
  max: text(setting.max),
})
const logRow = (log: Declaration['logs'][number]): LogRow => ({ ...log, id: newId() })

/** An empty row of each list. */
export const blankRow = {
  items: (): ItemRow =>
    itemRow({ key: '', says: '', type: 'number', unit: '', everySeconds: 10, deadband: 0, digits: 1 }),
  alarms: (): AlarmRow => alarmRow({ code: '', says: '', severity: 'warning' }),
  settings: (): SettingRow => settingRow({ key: '', says: '', type: 'number', unit: '' }),
  logs: (): LogRow => logRow({ name: '', says: '' }),
}

/** The form of a declaration. */
export const rowsOf = (declaration: Declaration): Omit<ModelForm, 'name' | 'maker'> => ({
  driver: declaration.driver,
  items: declaration.items.map(itemRow),
  alarms: declaration.alarms.map(alarmRow),
  settings: declaration.settings.map(settingRow),
  logs: declaration.logs.map(logRow),
})

/** The form of a model. */
export const formOf = ({ name, maker, declaration }: ModelFields): ModelForm => ({
  name,
  maker,
  ...rowsOf(declaration),
})

const numberSays = 'Write a number'

/** Reads the numbers of a form; what is none is gathered with its place. */
const numbers = () => {
  const faults: Record<string, string> = {}
  const read = (typed: string, at: string): number | undefined => {
    const plain = typed.trim().replace(',', '.')
    const value = plain === '' ? Number.NaN : Number(plain)
    if (Number.isFinite(value)) return value
    faults[at] = numberSays
    return undefined
  }
  const optional = (typed: string, at: string) => (typed.trim() === '' ? undefined : read(typed, at))
  return { faults, read, optional }
}

const present = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

const itemOf = (row: ItemRow, { read, optional }: ReturnType<typeof numbers>): DataItem => {
  const at = (field: string) => faultAt('items', row.id, field)
  const { key, says, type } = row
  const isNumber = type === 'number'
  const limit = { min: optional(row.min, at('min')), max: optional(row.max, at('max')) }
  const limited = isNumber && (row.min.trim() !== '' || row.max.trim() !== '')
  return {
    key: key.trim(),
    says: says.trim(),
    type,
    unit: row.unit.trim(),
    everySeconds: read(row.everySeconds, at('everySeconds')) ?? 0,
    // Words and switches have neither steps nor digits; what stands there is passed on where it can be.
    deadband: isNumber ? (read(row.deadband, at('deadband')) ?? 0) : 0,
    digits: isNumber ? (read(row.digits, at('digits')) ?? 0) : /^[0-9]$/.test(row.digits) ? Number(row.digits) : 0,
    ...(limited && { limit: { ...present(limit), severity: row.severity } }),
  }
}

const settingOf = (row: SettingRow, { optional }: ReturnType<typeof numbers>): DeclaredSetting => {
  const at = (field: string) => faultAt('settings', row.id, field)
  const bounds = row.type === 'number' ? { min: optional(row.min, at('min')), max: optional(row.max, at('max')) } : {}
  return { key: row.key.trim(), says: row.says.trim(), unit: row.unit.trim(), type: row.type, ...present(bounds) }
}

/** What the form sends, or what in it is no number. */
export const fieldsOf = (form: ModelForm): { fields: ModelFields } | { faults: Faults } => {
  const reading = numbers()
  const fields: ModelFields = {
    name: form.name.trim(),
    maker: form.maker.trim(),
    declaration: {
      driver: form.driver,
      items: form.items.map((row) => itemOf(row, reading)),
      alarms: form.alarms.map(({ code, says, severity }) => ({ code: code.trim(), says: says.trim(), severity })),
      settings: form.settings.map((row) => settingOf(row, reading)),
      logs: form.logs.map(({ name, says }) => ({ name: name.trim(), says: says.trim() })),
    },
  }
  return Object.keys(reading.faults).length > 0 ? { faults: reading.faults } : { fields }
}

/** The field of a row a sentence belongs to: those about a limit as a whole stand at its least. */
const fieldOf = (list: ListName, rest: readonly string[]): string => {
  if (rest[0] === 'limit') return rest[1] ?? 'min'
  return rest[0] ?? (list === 'settings' ? 'min' : 'says')
}

/** The server's sentences at the fields of the form as it was sent: `declaration.items.2.key` → `items 14 key`. */
export const placedFaults = (sent: Readonly<Record<string, string>>, form: ModelForm): Faults =>
  Object.fromEntries(
    Object.entries(sent).map(([path, says]) => {
      const [head, name, at, ...rest] = path.split('.')
      const list = lists.find((one) => one === name)
      const row = head === 'declaration' && list ? form[list][Number(at)] : undefined
      return [list && row ? faultAt(list, row.id, fieldOf(list, rest)) : path, says]
    }),
  )

/** What is different between two declarations, by list, in the words people know things by. */
export interface DeclarationChange {
  list: ListName | 'driver'
  added: string[]
  changed: string[]
  removed: string[]
}

const idOf: { [L in ListName]: (one: Declaration[L][number]) => string } = {
  items: (one) => one.key,
  alarms: (one) => one.code,
  settings: (one) => one.key,
  logs: (one) => one.name,
}

const sorted = (one: object): string =>
  JSON.stringify(one, (_, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )

const changeOf = <L extends ListName>(list: L, before: Declaration, after: Declaration): DeclarationChange => {
  const [old, now] = [before, after].map(
    (one) => new Map(one[list].map((row) => [idOf[list](row as never), sorted(row)])),
  ) as [Map<string, string>, Map<string, string>]
  return {
    list,
    added: [...now.keys()].filter((id) => !old.has(id)),
    changed: [...now.keys()].filter((id) => old.has(id) && old.get(id) !== now.get(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
  }
}

/** What a new declaration adds, changes and removes; lists without a change are left out. */
export const declarationChanges = (before: Declaration, after: Declaration): DeclarationChange[] => {
  const driver: DeclarationChange[] =
    before.driver === after.driver ? [] : [{ list: 'driver', added: [], changed: [after.driver], removed: [] }]
  return [
    ...driver,
    ...lists
      .map((list) => changeOf(list, before, after))
      .filter(({ added, changed, removed }) => added.length + changed.length + removed.length > 0),
  ]
}

/** Reads a declaration from JSON text, or says what is wrong with it. */
export const readDeclaration = (json: string): { declaration: Declaration } | { says: string } => {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return { says: 'This is not JSON: a comma, quote or bracket is missing or too many.' }
  }
  const read = Declaration.safeParse(value)
  if (read.success) return { declaration: read.data }
  const [issue] = read.error.issues
  return { says: issue ? `${issue.path.join('.') || 'The whole'}: ${issue.message}` : 'This is no declaration.' }
}
