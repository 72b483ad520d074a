/** What of a simulated balance outlives the agent's process. */
export interface ScaleState {
  /** Grams on the pan. */
  load: number
  /** Milligrams that the zero point has wandered since the last calibration. */
  drift: number
  /** Hours since the last calibration. */
  calibrationAge: number
  temperature: number
  settings: ScaleSettings
}

export interface ScaleSettings {
  'filter.strength': number
  'display.unit': string
  'sampling.seconds': number
}

/** What the balance shows at one moment. */
export interface ScaleReading {
  weight: number
  stability: boolean
  drift: number
  temperature: number
  calibrationAge: number
  vibration: number
  alarms: { calibrationDue: boolean; overload: boolean; driftHigh: boolean }
}

const capacity = 220
const calibrationHours = 24
/** The balance lives faster than the clock: a minute of ours is an hour of its own, so that a day shows in 24 minutes. */
const hoursPerSecond = 1 / 60

/** A balance out of the box; `chance` gives numbers from 0 to 1. */
export const newScale = (chance: () => number): ScaleState => ({
  load: 0,
  drift: 0.4 * chance(),
  calibrationAge: calibrationHours * (0.5 + 0.4 * chance()),
  temperature: 21 + 2 * chance(),
  settings: { 'filter.strength': 3, 'display.unit': 'g', 'sampling.seconds': 1 },
})

/** Lets `seconds` pass: loads come and go, the zero point wanders, calibrations fall due and are done. */
export const passTime = (state: ScaleState, seconds: number, chance: () => number): ScaleReading => {
  const around = (width: number) => (chance() + chance() + chance() - 1.5) * width
  const before = state.load
  if (chance() < 0.08 * seconds) state.load = nextLoad(state.load, chance)
  state.temperature += (22 - state.temperature) * 0.01 + around(0.08)
  state.calibrationAge += seconds * hoursPerSecond
  state.drift += seconds * (0.004 + 0.002 * Math.abs(state.temperature - 22)) + around(0.02)
  // The balance calibrates itself when nobody weighs, some hours after it asked for it.
  if (state.load === 0 && state.calibrationAge > calibrationHours + 3 && chance() < 0.1) {
    state.calibrationAge = 0
    state.drift = around(0.2)
  }
  const vibration = Math.abs(around(0.4)) + (chance() < 0.01 ? 3 : 0)
  const noise = around((0.0008 * (1 + vibration)) / state.settings['filter.strength'])
  return {
    weight: round(state.load + state.drift / 1_000 + noise, 4),
    stability: before === state.load && vibration < 1.5,
    drift: round(state.drift, 3),
    temperature: round(state.temperature, 2),
    calibrationAge: round(state.calibrationAge, 2),
    vibration: round(vibration, 2),
    alarms: {
      calibrationDue: state.calibrationAge > calibrationHours,
      overload: state.load > capacity,
      driftHigh: Math.abs(state.drift) > 5,
    },
  }
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Mostly something within reach or nothing; now and then somebody leans on the pan. */
const nextLoad = (load: number, chance: () => number): number => {
  if (load > 0 && chance() < 0.6) return 0
  return chance() < 0.04 ? capacity * (1.02 + 0.2 * chance()) : round(200 * chance() ** 2, 3)
}
