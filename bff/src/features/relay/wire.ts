import { leaseSeconds } from '@gatehouse/shared/sessions/session-states'
import {
  frame,
  frameKinds,
  largestInput,
  readSize,
  resizeFrame,
  type StreamNotice,
  streamCloses,
} from '@gatehouse/shared/sessions/terminal-frames'
import type { WebSocket } from 'ws'
import type { Actor } from '../../kernel/actor.ts'
import type { Recorder } from '../recordings/door.ts'
import type { SessionRow } from '../sessions/door.ts'
import { isAnswer } from './answers.ts'
import { highWater, holds, lowWater, Peer } from './flow.ts'
import { Tail } from './tail.ts'
import { noticeFrame, Watchers } from './watchers.ts'

const leaseFrame = frame(frameKinds.lease, Uint8Array.of(leaseSeconds))
/** Frames that come in one go with the first one, before a device's stream can be held. */
const mostEarly = 1_000

/** Whose frame was dropped. */
export type Side = 'technician' | 'watcher' | 'device'

/** What a wire tells its relay. Never called while a frame is on its way. */
export interface Care {
  /** The technician typed. */
  typed(): void
  /** A frame was dropped: `what` says which. */
  dropped(side: Side, what: string, socket: WebSocket): void
  /** The shell on the device ended. */
  exited(): void
}

/**
 * The two streams of a session and those who watch it. A frame is looked at by its first byte and passed on as it came:
 * no copy, no JSON, no promise. Before it is live and after it is over nothing crosses.
 */
export class Wire {
  readonly session: SessionRow
  readonly #care: Care
  readonly #tail = new Tail()
  #device: Peer | undefined
  #writer: Peer | undefined
  readonly #watchers = new Watchers()
  #recorder: Recorder | undefined
  #early: Buffer[] = []
  #size: { columns: number; rows: number } | undefined
  #live = false
  #paused = false
  #watcherDue: number | null = null
  #over = false

  constructor(session: SessionRow, care: Care) {
    this.session = session
    this.#care = care
  }

  get live(): boolean {
    return this.#live
  }
  get over(): boolean {
    return this.#over
  }
  /** Live, but nothing that is typed goes on. */
  get paused(): boolean {
    return this.#paused
  }
  get hasDevice(): boolean {
    return this.#device !== undefined
  }
  get hasWriter(): boolean {
    return this.#writer !== undefined
  }
  /** Columns and rows of the technician's terminal, or the usual ones while he has not said. */
  get size(): { columns: number; rows: number } {
    return this.#size ?? { columns: 80, rows: 24 }
  }
  get watchers(): readonly { socket: WebSocket; actor: Actor }[] {
    return this.#watchers.all
  }
  get recorder(): Recorder | undefined {
    return this.#recorder
  }

  /** The device's stream, its epoch read and found right; held until the session is live. */
  attachDevice(socket: WebSocket): void {
    this.#device = new Peer(socket)
    this.#device.hold(holds.notLive)
  }

  detachDevice(): void {
    this.#device = undefined
    this.#writer?.release(holds.otherSide)
  }

  /** The technician's stream; a newer one takes the place of an older one. */
  attachWriter(socket: WebSocket): void {
    const before = this.#writer
    this.#writer = new Peer(socket)
    this.#device?.release(holds.otherSide)
    before?.socket.close(streamCloses.replaced, 'replaced')
    socket.on('message', this.#fromWriter)
    this.#greet(socket)
  }

  /** False where another stream has taken its place. */
  detachWriter(socket: WebSocket): boolean {
    if (this.#writer?.socket !== socket) return false
    this.#writer = undefined
    this.#device?.release(holds.otherSide)
    return true
  }

  addWatcher(socket: WebSocket, actor: Actor): void {
    this.#watchers.add(socket, actor)
    this.#greet(socket)
    this.#tellWatchers()
  }

  /** Who it was that no longer watches. */
  removeWatcher(socket: WebSocket): Actor | undefined {
    const actor = this.#watchers.remove(socket)
    if (actor) this.#tellWatchers()
    return actor
  }

  /** Lets frames cross from here on. */
  goLive(recorder: Recorder): void {
    this.#recorder = recorder
    this.#live = true
    if (this.#size) {
      recorder.resize(this.#size.columns, this.#size.rows)
      this.#device?.socket.send(resizeFrame(this.#size.columns, this.#size.rows))
    }
    this.notice({ kind: 'state', state: this.#paused ? 'paused' : 'live' })
    for (const early of this.#early.splice(0)) this.fromDevice(early, true)
    this.#device?.release(holds.notLive)
  }

  /** From here on nothing that is typed reaches the device; what it says is still shown and recorded. */
  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.notice({ kind: 'state', state: 'paused' })
  }

  /** What is typed goes on again, in a terminal of the size it has by now. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    if (this.#size) {
      this.#recorder?.resize(this.#size.columns, this.#size.rows)
      this.#device?.socket.send(resizeFrame(this.#size.columns, this.#size.rows))
    }
    this.notice({ kind: 'state', state: 'live' })
  }

  /** Says until when somebody has to come and watch; `null` where nobody has to. */
  wantWatcher(due: number | null): void {
    if (due === this.#watcherDue) return
    this.#watcherDue = due
    this.notice({ kind: 'watcher_wanted', due })
  }

  /** Asks those who watch whether they are still there. */
  beatWatchers(): void {
    this.#watchers.beat()
  }

  /** There is room in the recording again. */
  recordingHasRoom(): void {
    this.#device?.release(holds.recording)
    this.#writer?.release(holds.recording)
  }

  /** Everything still holds: says so to everybody at the wire. */
  renewLease(): void {
    for (const { socket } of this.#peers()) socket.send(leaseFrame)
  }

  beat(): void {
    for (const peer of this.#peers()) peer.beat()
  }

  notice(notice: StreamNotice): void {
    const bytes = noticeFrame(notice)
    for (const { socket } of this.#people()) socket.send(bytes)
  }

  /** Nothing crosses from here on, in either direction, and the device's stream is closed. */
  stop(): void {
    this.#over = true
    const device = this.#device?.socket
    // What the device has not taken yet it must not get any more.
    if (device && device.bufferedAmount > 0) device.terminate()
    else device?.close(streamCloses.ended, 'ended')
  }

  /** Tells the people why it is over and closes their streams; returns every socket, so that none is left behind. */
  farewell(cause: string): WebSocket[] {
    this.notice({ kind: 'state', state: 'ended', cause })
    for (const { socket } of this.#people()) socket.close(streamCloses.ended, cause)
    return [...this.#peers()].map(({ socket }) => socket)
  }

  /** A frame of the device, its first one, the epoch, excepted. */
  readonly fromDevice = (data: Buffer, isBinary: boolean): void => {
    if (this.#over) return
    if (!this.#live) {
      if (this.#early.length < mostEarly) this.#early.push(data)
      return
    }
    const recorder = this.#recorder
    if (data[0] === frameKinds.data && isBinary && recorder) {
      recorder.output(data)
      this.#tail.add(data, 1)
      const writer = this.#writer?.socket
      if (writer) {
        writer.send(data, this.#writerTook)
        if (writer.bufferedAmount > highWater) this.#device?.hold(holds.otherSide)
      }
      if (this.#watchers.some) this.#watchers.show(data)
      if (recorder.full) this.#device?.hold(holds.recording)
      return
    }
    if (data[0] === frameKinds.exit && isBinary && data.length === 5) this.#care.exited()
    else this.#drop('device', data, isBinary, this.#device?.socket)
  }

  readonly #fromWriter = (data: Buffer, isBinary: boolean): void => {
    if (this.#over) return
    const device = this.#device
    if (data[0] === frameKinds.data && isBinary && data.length <= largestInput + 1) {
      // What is typed into a session that is not live, or that is paused, is typed into nothing.
      if (!this.#live || this.#paused || !device || !this.#recorder) return
      this.#recorder.input(data)
      device.socket.send(data, this.#deviceTook)
      if (device.socket.bufferedAmount > highWater) this.#writer?.hold(holds.otherSide)
      if (this.#recorder.full) this.#writer?.hold(holds.recording)
      if (!isAnswer(data)) this.#care.typed()
      return
    }
    const size = data[0] === frameKinds.resize && isBinary ? readSize(data.subarray(1)) : undefined
    if (!size) {
      this.#drop('technician', data, isBinary, this.#writer?.socket)
      return
    }
    if (size.columns === this.#size?.columns && size.rows === this.#size.rows) return
    this.#size = size
    if (this.#live && !this.#paused) {
      this.#recorder?.resize(size.columns, size.rows)
      device?.socket.send(data)
    }
    this.#watchers.notice({ kind: 'size', ...size })
  }

  /** Whatever a watcher sends: nothing of it goes anywhere. */
  readonly fromWatcher = (data: Buffer, isBinary: boolean, socket: WebSocket): void =>
    this.#drop('watcher', data, isBinary, socket)

  readonly #writerTook = (): void => {
    if ((this.#writer?.socket.bufferedAmount ?? 0) < lowWater) this.#device?.release(holds.otherSide)
  }

  readonly #deviceTook = (): void => {
    if ((this.#device?.socket.bufferedAmount ?? 0) < lowWater) this.#writer?.release(holds.otherSide)
  }

  #drop(side: Side, data: Buffer, isBinary: boolean, socket: WebSocket | undefined): void {
    if (this.#over || !socket) return
    const kind = data[0] === undefined ? 'none' : `0x${data[0].toString(16).padStart(2, '0')}`
    this.#care.dropped(side, isBinary ? `a frame of kind ${kind} from the ${side}` : `text from the ${side}`, socket)
  }

  #greet(socket: WebSocket): void {
    socket.send(noticeFrame({ kind: 'state', state: this.#paused ? 'paused' : this.#live ? 'live' : 'opening' }))
    if (this.#watcherDue !== null) socket.send(noticeFrame({ kind: 'watcher_wanted', due: this.#watcherDue }))
    if (this.#size) socket.send(noticeFrame({ kind: 'size', ...this.#size }))
    socket.send(noticeFrame({ kind: 'watchers', names: this.#watchers.names }))
    const said = this.#tail.read()
    if (said.length === 0) return
    socket.send(noticeFrame({ kind: 'replay', bytes: said.length }))
    socket.send(frame(frameKinds.data, said))
  }

  #tellWatchers(): void {
    this.notice({ kind: 'watchers', names: this.#watchers.names })
  }

  *#people(): Iterable<Peer> {
    if (this.#writer) yield this.#writer
    yield* this.#watchers.peers
  }

  *#peers(): Iterable<Peer> {
    if (this.#device) yield this.#device
    yield* this.#people()
  }
}
