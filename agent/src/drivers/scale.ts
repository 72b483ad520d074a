import type { ItemValue } from '@gatehouse/shared/devices/declaration'
import { z } from 'zod'
import { files, readJson, writeJson } from '../home.ts'
import { seededChance } from './chance.ts'
import type { MakeDriver, Sink } from './driver.ts'
import { newScale, passTime, type ScaleReading, type ScaleSettings, type ScaleState } from './simulated-scale.ts'

const Settings = z.object({
  'filter.strength': z.number().min(1).max(5),
  'display.unit': z.enum(['g', 'mg', 'kg', 'ct']),
  'sampling.seconds': z.number().min(1).max(60),
})
const State = z.object({
  load: z.number(),
  drift: z.number(),
  calibrationAge: z.number(),
  temperature: z.number(),
  settings: Settings,
})
/** The state is kept about this often: a restart may forget so many seconds. */
const keepEverySeconds = 30

/** Simulates a laboratory balance, faults and all; no two devices behave alike. */
export const scaleDriver: MakeDriver = ({ home, deviceId }) => {
  const path = home.path(files.scale)
  const chance = seededChance(`${deviceId} ${Date.now()}`)
  const state: ScaleState = readJson(path, State) ?? newScale(seededChance(deviceId))
  let timer: NodeJS.Timeout | undefined
  let sinceKept = 0
  const keep = () => {
    sinceKept = 0
    writeJson(path, state)
  }
  const tick = (sink: Sink) => {
    const seconds = state.settings['sampling.seconds']
    tell(passTime(state, seconds, chance), state.settings, sink)
    sinceKept += seconds
    if (sinceKept >= keepEverySeconds) keep()
    timer = setTimeout(tick, seconds * 1_000, sink)
  }
  return {
    start: (_declaration, sink) => tick(sink),
    stop: () => {
      clearTimeout(timer)
      keep()
    },
    setSetting: async (key, value) => {
      if (!(key in Settings.shape)) throw new Error(`This balance has no setting ${key}`)
      const wanted = Settings.safeParse({ ...state.settings, [key]: value })
      if (!wanted.success) throw new Error(`The balance does not take ${value} for ${key}`)
      const before: ItemValue = state.settings[key as keyof ScaleSettings]
      state.settings = wanted.data
      keep()
      return { before, after: value }
    },
  }
}

const tell = (reading: ScaleReading, settings: ScaleSettings, sink: Sink): void => {
  const { alarms, calibrationAge, ...values } = reading
  for (const [key, value] of Object.entries({ ...values, ...settings })) sink.value(key, value)
  sink.value('calibration.age', calibrationAge)
  const alarm = (code: string, raised: boolean, message: string) =>
    sink.alarm(code, raised, raised ? message : 'Within its limits again')
  alarm('calibration.due', alarms.calibrationDue, `Last calibrated ${calibrationAge.toFixed(1)} h ago`)
  alarm('overload', alarms.overload, `${values.weight.toFixed(1)} g are more than the balance carries`)
  alarm('drift.high', alarms.driftHigh, `The zero point has wandered by ${values.drift.toFixed(2)} mg`)
}
