import { z } from 'zod'
import { devicesRooms, peoplesRooms, rootRooms } from '../app.ts'
import { type Guard, readGuard } from '../kernel/http/allow.ts'
import { type Reading, readReading } from '../kernel/http/validated.ts'

/** One door of the house: a route, with what stands at it and what it reads. */
export interface Door {
  /** `GET /api/devices/:deviceId` */
  name: string
  method: string
  path: string
  guard: Guard | undefined
  readings: readonly Reading[]
}

/** The routes of some rooms, once each, with the guard that stands before everything else. */
const doorsOf = (rooms: { routes: { method: string; path: string; handler: object }[] }, prefix: string): Door[] => {
  const doors = new Map<string, Door & { readings: Reading[] }>()
  for (const { method, path, handler } of rooms.routes) {
    const name = `${method} ${prefix}${path}`
    const door = doors.get(name) ?? { name, method, path: prefix + path, guard: readGuard(handler), readings: [] }
    doors.set(name, door)
    const reading = readReading(handler)
    if (reading) door.readings.push(reading)
  }
  return [...doors.values()]
}

export const peoplesDoors: readonly Door[] = doorsOf(peoplesRooms, '/api')
export const devicesDoors: readonly Door[] = doorsOf(devicesRooms, '/agent/v1')
export const rootDoors: readonly Door[] = doorsOf(rootRooms, '')

/** Doors at which somebody is asked for. */
export const guardedDoors = peoplesDoors.filter(({ guard }) => guard && guard.kind !== 'open')

/** Doors of the people's face that change something, or could. */
export const changingDoors = peoplesDoors.filter(({ method }) => method !== 'GET')

/** What stands at a door, in the words of the matrix. */
export const says = (guard: Guard | undefined): string =>
  guard === undefined ? 'NOTHING' : guard.kind === 'activity' ? guard.activity : `${guard.kind}: ${guard.because}`

/** The names of the ids, and of the words, in a door's path. */
export const paramsOf = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)

/** A path with what is given in the place of its parts. */
export const filled = (path: string, given: (name: string) => string): string =>
  path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => given(name))

interface Shape {
  type?: string
  format?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Shape>
  items?: Shape
  anyOf?: Shape[]
  oneOf?: Shape[]
  allOf?: Shape[]
  additionalProperties?: Shape | boolean
}

const shapeOf = (schema: z.ZodType): Shape => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape

const walk = (shape: Shape, at: string, see: (shape: Shape, at: string) => void): void => {
  see(shape, at)
  for (const [name, one] of Object.entries(shape.properties ?? {})) walk(one, at ? `${at}.${name}` : name, see)
  if (shape.items) walk(shape.items, `${at}[]`, see)
  if (typeof shape.additionalProperties === 'object') walk(shape.additionalProperties, `${at}.*`, see)
  for (const one of [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])]) walk(one, at, see)
}

/** Paths of the fields of one part of a door's request that hold an id, as its schema says: `siteId`, `grants[].scope.ids[]`. */
export const idFields = (door: Door, part: 'json' | 'query'): string[] => {
  const found = new Set<string>()
  for (const reading of door.readings)
    if (reading.part === part)
      walk(shapeOf(reading.schema), '', (shape, at) => {
        if (shape.format === 'uuid') found.add(at)
      })
  return [...found]
}

/** Paths of the fields of a door's body that take any text. */
export const textFields = (door: Door): string[] => {
  const found = new Set<string>()
  for (const reading of door.readings)
    if (reading.part === 'json')
      walk(shapeOf(reading.schema), '', (shape, at) => {
        if (shape.type === 'string' && !shape.format && !shape.enum && shape.const === undefined) found.add(at)
      })
  return [...found]
}

/** Names of the fields in a door's query. */
export const queryFields = (door: Door): string[] =>
  door.readings.flatMap(({ part, schema }) => (part === 'query' ? Object.keys(shapeOf(schema).properties ?? {}) : []))

/** Paths of the objects in a door's body that take fields nobody knows. */
export const looseObjects = (door: Door): string[] => {
  const found = new Set<string>()
  for (const reading of door.readings)
    if (reading.part === 'json')
      walk(shapeOf(reading.schema), '', (shape, at) => {
        if (shape.type === 'object' && shape.properties && shape.additionalProperties !== false) found.add(at || 'body')
      })
  return [...found]
}
