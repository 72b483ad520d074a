import { z } from 'zod'

/** A name of a data item, alarm or setting: dotted lower-case words, as `cpu.load`. */
export const Key = z
  .string()
  .regex(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/, 'Use lower-case words joined by dots')
  .max(64, 'Use at most 64 characters')

const Words = (most: number) => z.string().min(1, 'Write something here').max(most, `Use at most ${most} characters`)
const Unit = z.string().max(16, 'Use at most 16 characters').default('')
const Seconds = z.number().int('Use whole seconds').min(1, 'At least 1 second').max(86_400, 'At most a day')
const Digits = z.number().int('Use a whole number').min(0, 'At least 0').max(9, 'At most 9')

const Limit = z.object({
  /** Outside of `min`…`max` (in the item's unit) the alarm is raised. */
  min: z.number().optional(),
  max: z.number().optional(),
  severity: z.enum(['info', 'warning', 'critical']),
})

/** A value a device may send; nothing that is not declared is stored. */
export const DataItem = z.object({
  key: Key,
  says: Words(80),
  type: z.enum(['number', 'text', 'boolean']),
  /** UCUM-like unit as it is printed: `°C`, `%`, `g`. */
  unit: Unit,
  /** Seconds between two samples at the most often. */
  everySeconds: Seconds.default(10),
  /** A change smaller than this is not sent; numbers only, in the item's unit. */
  deadband: z.number().min(0, 'At least 0').default(0),
  /** Digits after the point when shown. */
  digits: Digits.default(1),
  limit: Limit.optional(),
})
export type DataItem = z.infer<typeof DataItem>

export const DeclaredAlarm = z.object({
  code: Key,
  says: Words(120),
  severity: z.enum(['info', 'warning', 'critical']),
})
export type DeclaredAlarm = z.infer<typeof DeclaredAlarm>

/** Something of the device that may be changed from afar. */
export const DeclaredSetting = z.object({
  key: Key,
  says: Words(80),
  unit: Unit,
  type: z.enum(['number', 'text', 'boolean']),
  min: z.number().optional(),
  max: z.number().optional(),
})
export type DeclaredSetting = z.infer<typeof DeclaredSetting>

/** A log file the agent may hand over, by name; the agent's own configuration says where it lies. */
export const DeclaredLog = z.object({ name: Key, says: Words(80) })

/** What a model of device can tell and be told. */
export const Declaration = z.object({
  /** The agent's driver that reads it. */
  driver: z.enum(['host', 'scale']),
  items: z.array(DataItem).max(500),
  alarms: z.array(DeclaredAlarm).max(200),
  settings: z.array(DeclaredSetting).max(200),
  logs: z.array(DeclaredLog).max(20),
})
export type Declaration = z.infer<typeof Declaration>

/** What is wrong with a declaration beyond its shape, and where: names that stand twice, limits that cannot be. */
export const faultsOf = (declaration: Declaration): { path: (string | number)[]; says: string }[] => {
  const faults: { path: (string | number)[]; says: string }[] = []
  const twice = (list: string, names: readonly string[], field: string) => {
    for (const [i, name] of names.entries())
      if (names.indexOf(name) !== i) faults.push({ path: [list, i, field], says: `“${name}” stands here twice` })
  }
  const bounds = (path: (string | number)[], { min, max }: { min?: number; max?: number }) => {
    if (min !== undefined && max !== undefined && min > max) faults.push({ path, says: 'The least is above the most' })
  }
  const { items, alarms, settings, logs } = declaration
  twice(
    'items',
    items.map((one) => one.key),
    'key',
  )
  twice(
    'alarms',
    alarms.map((one) => one.code),
    'code',
  )
  twice(
    'settings',
    settings.map((one) => one.key),
    'key',
  )
  twice(
    'logs',
    logs.map((one) => one.name),
    'name',
  )
  for (const [i, { type, limit }] of items.entries()) {
    if (!limit) continue
    if (type !== 'number') faults.push({ path: ['items', i, 'limit'], says: 'Only numbers have limits' })
    else if (limit.min === undefined && limit.max === undefined)
      faults.push({ path: ['items', i, 'limit'], says: 'A limit needs a least or a most' })
    else bounds(['items', i, 'limit'], limit)
  }
  for (const [i, one] of settings.entries()) bounds(['settings', i], one)
  return faults
}

export const severities = ['info', 'warning', 'critical'] as const
export type Severity = (typeof severities)[number]

/** A value of a data item. */
export const ItemValue = z.union([z.number(), z.string().max(1_000), z.boolean()])
export type ItemValue = z.infer<typeof ItemValue>
