import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import { streamCloses } from '@gatehouse/shared/sessions/terminal-frames'
import type { WebSocket } from 'ws'
import { type Actor, bySystem } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import { seconds } from '../../kernel/clock.ts'
import { forEach } from '../../kernel/each.ts'
import type { House } from '../../kernel/house.ts'
import { noteLater, remembered } from '../people/door.ts'
import {
  endSession,
  endSessionsOfDevice,
  type KnownSession,
  lookAt,
  overdueSessions,
  reviewSession,
  type SessionRow,
} from '../sessions/door.ts'
import { noteGesture } from '../sign-in/door.ts'
import { Endings } from './endings.ts'
import { type Entrance, enter } from './entrance.ts'
import { type Held, newHeld } from './held.ts'
import { countDropped } from './misuse.ts'
import { review } from './reviews.ts'
import { heedWatchers, isWatched, lacksWatcher } from './watch-duty.ts'
import { type Side, Wire } from './wire.ts'

/** The technician's browser may be away for so long; meanwhile nothing is typed. */
const grace = seconds(10)
/** So many may watch one session. */
const mostWatchers = 20
/** Typing moves the idle clock this often at most. */
const gestureEvery = seconds(5)
const beatEvery = 15
/** Watchers who have to be there are asked more often whether they are. */
const beatWatchersEvery = 5

/**
 * Pairs the streams of the sessions of this instance and ends them when anything that must hold no longer does. Streams
 * of one session meet on one instance; what other instances decide arrives by the bus, and where it does not, the review
 * every few seconds finds it in the tables.
 */
export class Relay {
  readonly #house: House
  readonly #held = new Map<string, Held>()
  readonly #endings: Endings
  #ticks = 0
  #stopped = false
  readonly unsubscribe: () => void

  constructor(house: House) {
    this.#house = house
    this.#endings = new Endings(house)
    this.unsubscribe = house.bus.subscribe((signal) => this.#hear(signal))
  }

  /** True while this instance relays the session. */
  has(sessionId: string): boolean {
    return this.#held.get(sessionId)?.wire.over === false
  }

  hasDevice(sessionId: string): boolean {
    return this.#held.get(sessionId)?.wire.hasDevice === true
  }

  #hold(known: KnownSession): Held | undefined {
    const there = this.#held.get(known.row.id)
    if (there || this.#stopped) return there?.wire.over ? undefined : there
    const wire = new Wire(known.row, {
      typed: () => {
        held.typedAt = this.#house.clock.now()
      },
      dropped: (side, what, socket) => this.#dropped(held, side, what, socket),
      exited: () => void this.finish(held, 'device_ended'),
    })
    const held = newHeld(wire, known, this.#house.clock.now())
    this.#held.set(known.row.id, held)
    // Whatever was said between the look at the door and here was said to nobody.
    void this.#review(held)
    return held
  }

  /** Takes the technician's stream. */
  serveWriter(socket: WebSocket, known: KnownSession, actor: Actor): void {
    const held = this.#hold(known)
    if (!held) {
      socket.close(streamCloses.ended, 'ended')
      return
    }
    held.wire.attachWriter(socket)
    held.people.set(socket, remembered(actor))
    held.writerFrom = actor.from
    held.writerGoneAt = undefined
    socket.on('close', () => {
      if (!held.wire.over && held.wire.detachWriter(socket)) held.writerGoneAt = this.#house.clock.now()
    })
    void this.#goLive(held)
  }

  /** Takes the device's stream, once its epoch was found right. */
  serveDevice(socket: WebSocket, known: KnownSession): ((data: Buffer, isBinary: boolean) => void) | undefined {
    const held = this.#hold(known)
    if (!held || held.wire.hasDevice) {
      socket.close(streamCloses.notAllowed, 'there is a stream already')
      return undefined
    }
    held.wire.attachDevice(socket)
    socket.on('close', () => void this.#deviceGone(held))
    void this.#goLive(held)
    return held.wire.fromDevice
  }

  /** Takes the stream of somebody who watches; he sees nothing before the log says so. */
  async serveWatcher(socket: WebSocket, known: KnownSession, actor: Actor): Promise<void> {
    const held = this.#hold(known)
    if (!held) return socket.close(streamCloses.ended, 'ended')
    const { wire } = held
    const who = remembered(actor)
    held.people.set(socket, who)
    socket.on('message', (data, isBinary) => wire.fromWatcher(data as Buffer, isBinary, socket))
    const says = (event: 'session.watched' | 'session.unwatched') =>
      noteLater(this.#house, who, (by) => entry({ by, event, fields: {}, about: known.about }))
    try {
      await says('session.watched')
    } catch (error) {
      this.#house.log.error({ err: error }, 'a watcher could not be noted')
      return socket.close(1013)
    }
    const gone = () => {
      wire.removeWatcher(socket)
      heedWatchers(this.#house, held)
      if (!wire.over) says('session.unwatched').catch((err: unknown) => this.#house.log.error({ err }, 'not noted'))
    }
    if (socket.readyState !== socket.OPEN) return gone()
    if (wire.watchers.length >= mostWatchers) {
      socket.close(1013, 'too many watch')
      return gone()
    }
    if (wire.over) return socket.close(streamCloses.ended, 'ended')
    wire.addWatcher(socket, actor)
    socket.on('close', gone)
    heedWatchers(this.#house, held)
    void this.#goLive(held)
  }

  async #goLive(held: Held): Promise<void> {
    const { wire } = held
    if (wire.over || wire.live || held.entering || !wire.hasDevice || !wire.hasWriter) return
    if (lacksWatcher(held)) return heedWatchers(this.#house, held)
    held.entering = true
    const told = {
      onRoom: () => wire.recordingHasRoom(),
      onFail: () => void this.finish(held, 'recording_failed'),
    }
    const entrance: Entrance = await enter(this.#house, held.known, wire.size, told, () => isWatched(held))
    held.entering = false
    if (entrance.kind === 'unwatched') {
      held.demands = true
      return heedWatchers(this.#house, held)
    }
    if (entrance.kind === 'again' || wire.over) {
      if (entrance.kind === 'live') this.#endings.close(entrance.recorder)
      return
    }
    if (entrance.kind === 'ended') return this.finish(held, entrance.cause)
    held.leaseUntil = entrance.leaseUntil
    // Lowered by a review only: one that came while the recording was begun knows more than the entrance.
    held.demands ||= entrance.demands
    // The same one: somebody may be writing by it.
    Object.assign(held.written, { due: undefined, paused: false })
    // Whoever had to watch may have left while it was written down.
    if (lacksWatcher(held)) wire.pause()
    wire.goLive(entrance.recorder)
    wire.renewLease()
    heedWatchers(this.#house, held)
  }

  async #deviceGone(held: Held): Promise<void> {
    const { wire, known } = held
    if (wire.over) return
    wire.detachDevice()
    // A device that was told why it must go is often quicker than we are: the reason is what counts.
    const why = await this.#whyOver(known.row.id).catch(() => undefined)
    await this.finish(held, why ?? 'device_lost')
  }

  async #whyOver(sessionId: string): Promise<SessionCause | undefined> {
    const row = await lookAt(this.#house.db, sessionId)
    return row?.cause ?? (row && reviewSession(this.#house, row))
  }

  /** Ends a session: nothing crosses from here on. */
  async finish(held: Held, cause: SessionCause): Promise<void> {
    if (held.wire.over) return
    await this.#endings.finish(held.wire, cause)
    this.#held.delete(held.wire.session.id)
  }

  #dropped(held: Held, side: Side, what: string, socket: WebSocket): void {
    if (!countDropped(this.#house, held, what, socket)) return
    if (side === 'watcher') socket.close(streamCloses.notAllowed, 'not allowed')
    else void this.finish(held, 'misuse')
  }

  #hear(signal: Signal): void {
    if (signal.kind === 'cut_device') {
      for (const held of this.#where(({ deviceId }) => deviceId === signal.deviceId))
        void this.finish(held, 'device_revoked')
      endSessionsOfDevice(this.#house, signal.deviceId, 'device_revoked').catch((err: unknown) =>
        this.#house.log.error({ err }, 'the sessions of a device could not be ended'),
      )
      return
    }
    const touched =
      signal.kind === 'session'
        ? this.#where(({ id }) => id === signal.sessionId)
        : signal.kind === 'policy'
          ? this.#where(({ customerId }) => customerId === signal.customerId)
          : signal.kind === 'person'
            ? this.#where(
                ({ technicianId }, { wire }) =>
                  technicianId === signal.personId || wire.watchers.some(({ actor }) => actor.id === signal.personId),
              )
            : []
    for (const held of touched) void this.#review(held)
  }

  #where(meets: (session: SessionRow, held: Held) => boolean): Held[] {
    return [...this.#held.values()].filter((held) => !held.wire.over && meets(held.wire.session, held))
  }

  #review(held: Held): Promise<void> {
    return review(this.#house, held, (one, cause) => this.finish(one, cause))
  }

  /** Reviews every session of this instance. */
  async reviewAll(): Promise<void> {
    await Promise.all(this.#where(() => true).map((held) => this.#review(held)))
  }

  /** What the clock alone decides, and what was left to be tried again; waits for nothing. */
  tick(): void {
    const now = this.#house.clock.now()
    this.#ticks += 1
    this.#endings.tick()
    for (const held of this.#where(() => true)) this.#tickOne(held, now)
  }

  #tickOne(held: Held, now: number): void {
    const { wire } = held
    wire.recorder?.tick()
    if (this.#ticks % beatEvery === 0) wire.beat()
    else if (held.demands && this.#ticks % beatWatchersEvery === 0) wire.beatWatchers()
    if (now >= wire.session.endsAt) return void this.finish(held, wire.session.endsFor)
    if (held.watcherDue !== undefined && now >= held.watcherDue) return void this.finish(held, 'watcher_gone')
    if (held.demands || wire.paused) heedWatchers(this.#house, held)
    if (now >= held.leaseUntil) {
      if (held.failing) return void this.finish(held, 'server_stopping')
      void this.#review(held)
    }
    if (held.writerGoneAt !== undefined && now - held.writerGoneAt >= grace)
      return void this.finish(held, 'technician_lost')
    if (held.typedAt > held.notedAt && now - held.notedAt >= gestureEvery) {
      held.notedAt = held.typedAt
      noteGesture(this.#house, wire.session.signInId, held.typedAt).catch((err: unknown) =>
        this.#house.log.error({ err }, 'typing could not be noted'),
      )
    }
    void this.#goLive(held)
  }

  /** Ends what the tables say is over, of this instance and of instances that are no more. */
  async endOverdue(): Promise<void> {
    const over = await overdueSessions(this.#house.db, this.#house.clock.now())
    await forEach(
      this.#house,
      over,
      ({ id }) => ({ sessionId: id }),
      async ({ id, cause }) => {
        const held = this.#held.get(id)
        if (!held) await endSession(this.#house, bySystem, id, cause)
        // A lease that we hold is ours to judge; an opening that took too long has a side that did not come.
        else if (!held.wire.live && (cause !== 'watcher_gone' || lacksWatcher(held)))
          await this.finish(held, cause === 'device_lost' && held.wire.hasDevice ? 'technician_lost' : cause)
      },
    )
  }

  /** Ends every session of this instance, says why, and takes no further one. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#where(() => true).map((held) => this.finish(held, 'server_stopping')))
    await this.#endings.settle()
    this.unsubscribe()
  }
}

const relays = new WeakMap<House, Relay>()

/** The relay of this house. */
export const relayOf = (house: House): Relay => {
  const relay = relays.get(house) ?? new Relay(house)
  relays.set(house, relay)
  return relay
}
