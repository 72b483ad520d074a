import type { Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import type { Home } from '../home.ts'
import type { Log } from '../log.ts'

/** Where a driver leaves what it read; what of it is sent is not the driver's business. */
export interface Sink {
  /** A reading that holds now. */
  value(key: string, value: ItemValue): void
  /** The state of an alarm of the device; may be told as often as it is known. */
  alarm(code: string, raised: boolean, message: string): void
}

/** Reads one kind of equipment. */
export interface Driver {
  /** Begins to offer at least what is declared and this driver knows. */
  start(declaration: Declaration, sink: Sink): void
  /** Ends all work; may be started again. */
  stop(): void
  /** Changes a setting that was found to be declared and within its limits; throws a sentence where it cannot. */
  setSetting(key: string, value: ItemValue): Promise<{ before: ItemValue | null; after: ItemValue }>
}

export interface DriverTools {
  home: Home
  log: Log
  /** Gives simulated equipment its own character. */
  deviceId: string
}

export type MakeDriver = (tools: DriverTools) => Driver
