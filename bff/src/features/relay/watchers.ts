import { frame, frameKinds, type StreamNotice } from '@gatehouse/shared/sessions/terminal-frames'
import type { WebSocket } from 'ws'
import type { Actor } from '../../kernel/actor.ts'
import { highWater, Peer } from './flow.ts'

/** What people at a wire are told beside what the device says, as a frame. */
export const noticeFrame = (notice: StreamNotice): Uint8Array =>
  frame(frameKinds.notice, Buffer.from(JSON.stringify(notice)))

/** Those who watch a session: they are shown what crosses, and nothing of theirs goes anywhere. */
export class Watchers {
  readonly #peers = new Map<Peer, Actor>()

  get all(): readonly { socket: WebSocket; actor: Actor }[] {
    return [...this.#peers].map(([{ socket }, actor]) => ({ socket, actor }))
  }

  get peers(): Iterable<Peer> {
    return this.#peers.keys()
  }

  /** What they are called, each name once. */
  get names(): string[] {
    return [...new Set([...this.#peers.values()].map(({ name }) => name))]
  }

  get some(): boolean {
    return this.#peers.size > 0
  }

  add(socket: WebSocket, actor: Actor): void {
    this.#peers.set(new Peer(socket), actor)
  }

  /** Who it was that no longer watches. */
  remove(socket: WebSocket): Actor | undefined {
    for (const [peer, actor] of this.#peers) {
      if (peer.socket !== socket) continue
      this.#peers.delete(peer)
      return actor
    }
    return undefined
  }

  /** Asks each whether he is still there. */
  beat(): void {
    for (const peer of this.#peers.keys()) peer.beat()
  }

  notice(notice: StreamNotice): void {
    const bytes = noticeFrame(notice)
    for (const { socket } of this.#peers.keys()) socket.send(bytes)
  }

  /** Shows them what the device said. */
  show(data: Buffer): void {
    for (const { socket } of this.#peers.keys()) {
      socket.send(data)
      // One who cannot follow is let go: the technician's work never waits for him.
      if (socket.bufferedAmount > highWater) socket.terminate()
    }
  }
}
