import { EventEmitter } from 'node:events'
import type { DeviceTarget } from '@gatehouse/shared/decide'
import type { LiveHint } from '@gatehouse/shared/views/live'

/** What one part of the house tells the others after a commit. A signal is a hint to look, never the truth itself. */
export type Signal =
  /** Something that pages may show has changed; `device` or `customerId` says who may hear of it. */
  | { kind: 'hint'; hint: LiveHint; device?: DeviceTarget; customerId?: string; personId?: string }
  /** Something waits for this device: its gateway looks into the tables and delivers. */
  | { kind: 'deliver'; deviceId: string }
  /** This device must be cut off now. */
  | { kind: 'cut_device'; deviceId: string }
  /** The rights or the sign-ins of this person changed: streams and live pages look again. */
  | { kind: 'person'; personId: string }
  /** This session changed its state: its relay looks again. */
  | { kind: 'session'; sessionId: string }
  /** A customer's policy changed. */
  | { kind: 'policy'; customerId: string }

/** Carries signals to every instance of the house. */
export interface Bus {
  publish(signal: Signal): void
  /** Returns how to stop listening. */
  subscribe(listen: (signal: Signal) => void): () => void
}

/** The bus of a house that is one process. */
export const inProcessBus = (): Bus => {
  const emitter = new EventEmitter().setMaxListeners(0)
  return {
    publish: (signal) => {
      emitter.emit('signal', signal)
    },
    subscribe: (listen) => {
      emitter.on('signal', listen)
      return () => {
        emitter.off('signal', listen)
      }
    },
  }
}

/** Tells pages that something of these kinds changed at one device. */
export const deviceHints = (of: DeviceTarget, ...about: LiveHint['about'][]): Signal[] => {
  const { kind, customerId, siteId, modelId, deviceId, tags } = of
  const device: DeviceTarget = { kind, customerId, siteId, modelId, deviceId, tags }
  return about.map((one) => ({ kind: 'hint', hint: { about: one, deviceId, customerId }, device }))
}
