import {
  leaseSeconds,
  type SessionCause,
  watcherGraceSeconds,
  watcherWaitSeconds,
} from '@gatehouse/shared/sessions/session-states'
import { streamCloses } from '@gatehouse/shared/sessions/terminal-frames'
import type { WebSocket } from 'ws'
import { type Actor, byPerson, bySystem } from '../../kernel/actor.ts'
import { entry } from '../../kernel/audit/append.ts'
import type { Signal } from '../../kernel/bus.ts'
import { note } from '../../kernel/change.ts'
import { seconds } from '../../kernel/clock.ts'
import { forEach } from '../../kernel/each.ts'
import type { House } from '../../kernel/house.ts'
import {
  awaitWatcher,
  demandsWatcher,
  endSession,
  endSessionsOfDevice,
  isOwnWatcher,
  type KnownSession,
  lookAt,
  mayStillWatch,
  overdueSessions,
  pauseSession,
  renewLease,
  resumeSession,
  reviewSession,
  type SessionRow,
} from '../sessions/door.ts'
import { noteGesture } from '../sign-in/door.ts'
import { byDevice } from './by.ts'
import { Endings } from './endings.ts'
import { type Entrance, enter } from './entrance.ts'
import { type Side, Wire } from './wire.ts'

/** The technician's browser may be away for so long; meanwhile nothing is typed. */
const grace = seconds(10)
/** Frames that were not allowed, after which their sender is cut off. */
const mostDropped = 20
/** So many may watch one session. */
const mostWatchers = 20
/** Typing moves the idle clock this often at most. */
const gestureEvery = seconds(5)
const beatEvery = 15
/** Watchers who have to be there are asked more often whether they are. */
const beatWatchersEvery = 5

/** A wire and what its relay knows of it. Times in ms by the house's clock. */
interface Held {
  wire: Wire
  known: KnownSession
  /** Good until then without another review. */
  leaseUntil: number
  /** The last review could not be made. */
  failing: boolean
  reviewing: Promise<void> | undefined
  again: boolean
  entering: boolean
  /** The policy demands that somebody of the customer watches. */
  demands: boolean
  /** Nobody does, and without anybody it is over then. */
  watcherDue: number | undefined
  /** What the tables say of that. */
  written: { due: number | undefined; paused: boolean }
  writing: boolean
  /** Whose stream it is. */
  people: WeakMap<WebSocket, Actor>
  /** Where the technician's stream comes from, the last one there was. */
  writerFrom: string | null
  writerGoneAt: number | undefined
  typedAt: number
  notedAt: number
  dropped: WeakMap<WebSocket, number>
}

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
    const held: Held = {
      wire,
      known,
      leaseUntil: this.#house.clock.now() + seconds(leaseSeconds),
      failing: false,
      reviewing: undefined,
      again: false,
      entering: false,
      demands: false,
      watcherDue: undefined,
      written: { due: undefined, paused: false },
      writing: false,
      people: new WeakMap(),
      writerFrom: null,
      writerGoneAt: undefined,
      typedAt: 0,
      notedAt: 0,
      dropped: new WeakMap(),
    }
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
    held.people.set(socket, actor)
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
    held.people.set(socket, actor)
    socket.on('message', (data, isBinary) => wire.fromWatcher(data as Buffer, isBinary, socket))
    const says = (event: 'session.watched' | 'session.unwatched') =>
      note(this.#house, [entry({ by: byPerson(actor), event, fields: {}, about: known.about })])
    try {
      await says('session.watched')
    } catch (error) {
      this.#house.log.error({ err: error }, 'a watcher could not be noted')
      return socket.close(1013)
    }
    const gone = () => {
      wire.removeWatcher(socket)
      this.#heedWatchers(held)
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
    this.#heedWatchers(held)
    void this.#goLive(held)
  }

  async #goLive(held: Held): Promise<void> {
    const { wire } = held
    if (wire.over || wire.live || held.entering || !wire.hasDevice || !wire.hasWriter) return
    if (this.#lacksWatcher(held)) return this.#heedWatchers(held)
    held.entering = true
    const told = {
      onRoom: () => wire.recordingHasRoom(),
      onFail: () => void this.finish(held, 'recording_failed'),
    }
    const entrance: Entrance = await enter(this.#house, held.known, wire.size, told, () => this.#isWatched(held))
    held.entering = false
    if (entrance.kind === 'unwatched') {
      held.demands = true
      return this.#heedWatchers(held)
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
    if (this.#lacksWatcher(held)) wire.pause()
    wire.goLive(entrance.recorder)
    wire.renewLease()
    this.#heedWatchers(held)
  }

  #isWatched({ wire }: Held): boolean {
    return wire.watchers.some(({ actor }) => isOwnWatcher(actor, wire.session))
  }

  #lacksWatcher(held: Held): boolean {
    return held.demands && !this.#isWatched(held)
  }

  /**
   * Brings a session in step with whether somebody watches who has to. Where nobody does what is typed stops here and
   * now, before anything is written; it goes on only when that is written, and somebody still watches.
   */
  #heedWatchers(held: Held): void {
    const { wire } = held
    if (wire.over) return
    const lacks = this.#lacksWatcher(held)
    if (lacks && wire.live) wire.pause()
    const waits = lacks && wire.hasDevice && wire.hasWriter
    if (waits && held.watcherDue === undefined)
      held.watcherDue = this.#house.clock.now() + seconds(wire.live ? watcherGraceSeconds : watcherWaitSeconds)
    if (!lacks) held.watcherDue = undefined
    wire.wantWatcher(held.watcherDue ?? null)
    if (held.writing) return
    held.writing = true
    this.#writeWatch(held)
      .catch((err: unknown) =>
        this.#house.log.error({ err, sessionId: wire.session.id }, 'a pause could not be stored'),
      )
      .finally(() => {
        held.writing = false
      })
  }

  /** Writes down that a session waits for a watcher, is paused, or goes on; until the tables say what holds. */
  async #writeWatch(held: Held): Promise<void> {
    const { wire, written } = held
    const { id } = wire.session
    while (!wire.over) {
      const due = held.watcherDue
      if (!wire.live) {
        if (written.due === due) return
        await awaitWatcher(this.#house, id, due ?? null)
        written.due = due
      } else if (due !== undefined) {
        if (written.paused) return
        if (!(await pauseSession(this.#house, id, due))) return
        written.paused = true
      } else {
        if (!wire.paused) return
        const because = held.demands ? 'somebody watches again' : 'nobody has to watch any more'
        if (written.paused && !(await resumeSession(this.#house, id, because))) return
        written.paused = false
        if (!this.#lacksWatcher(held)) wire.resume()
      }
    }
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
    const before = held.dropped.get(socket) ?? 0
    held.dropped.set(socket, before + 1)
    if (before === 0) {
      const { known } = held
      const person = held.people.get(socket)
      const by = person ? byPerson(person) : byDevice(known)
      note(this.#house, [
        entry({ by, event: 'session.frame_dropped', fields: { what }, about: known.about, outcome: 'refused' }),
      ]).catch((err: unknown) => this.#house.log.error({ err }, 'a dropped frame could not be noted'))
    }
    if (before + 1 < mostDropped) return
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

  /** Asks everything anew; when asked while asking, once more afterwards. */
  #review(held: Held): Promise<void> {
    held.again = held.reviewing !== undefined
    held.reviewing ??= (async () => {
      do {
        held.again = false
        await this.#reviewOnce(held)
      } while (held.again && !held.wire.over)
      held.reviewing = undefined
    })()
    return held.reviewing
  }

  async #reviewOnce(held: Held): Promise<void> {
    const { wire } = held
    const { db, clock, log } = this.#house
    try {
      const until = clock.now() + seconds(leaseSeconds)
      const row = await lookAt(db, wire.session.id)
      const cause = row ? (row.cause ?? (await reviewSession(this.#house, row, held.writerFrom))) : 'server_stopping'
      if (cause || wire.over) return cause && this.finish(held, cause)
      held.demands = await demandsWatcher(this.#house.db, wire.session)
      await this.#reviewWatchers(held)
      this.#heedWatchers(held)
      if (!(await renewLease(db, wire.session.id, until))) {
        held.again = true
        return
      }
      held.leaseUntil = until
      held.failing = false
      if (!wire.over) wire.renewLease()
    } catch (error) {
      // What cannot be asked does not hold: no lease is renewed, and when it has run out it is over.
      held.failing = true
      log.error({ err: error, sessionId: wire.session.id }, 'a session could not be reviewed')
    }
  }

  async #reviewWatchers({ wire }: Held): Promise<void> {
    for (const { socket, actor } of wire.watchers)
      if (!(await mayStillWatch(this.#house, actor, wire.session))) {
        // He does not count from here on, however long his browser takes to say goodbye.
        wire.removeWatcher(socket)
        socket.close(streamCloses.notAllowed, 'not allowed')
      }
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
    if (held.demands || wire.paused) this.#heedWatchers(held)
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
        else if (!held.wire.live && (cause !== 'watcher_gone' || this.#lacksWatcher(held)))
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
