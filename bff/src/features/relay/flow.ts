import type { WebSocket } from 'ws'

/** A reader that has more than this waiting makes its sender pause … */
export const highWater = 1024 * 1024
/** … until it has less than this. */
export const lowWater = 256 * 1024

/** Why a stream is not read at the moment; powers of two, so that several can hold at once. */
export const holds = { notLive: 1, otherSide: 2, recording: 4 } as const
type Hold = (typeof holds)[keyof typeof holds]

/** Pings without an answer after which the other end counts as dead. */
const mostMissed = 2

/** One end of a stream: its socket, and whether it is being read. */
export class Peer {
  readonly socket: WebSocket
  #holds = 0
  #missed = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('pong', () => {
      this.#missed = 0
    })
  }

  /** Stops reading; may be said for several reasons. */
  hold(why: Hold): void {
    if (this.#holds === 0) this.socket.pause()
    this.#holds |= why
  }

  /** Reads on when the last reason is gone. */
  release(why: Hold): void {
    if ((this.#holds & why) === 0) return
    this.#holds &= ~why
    if (this.#holds === 0) this.socket.resume()
  }

  /** Asks whether anybody is there, and gives up a socket that has been silent for too long. */
  beat(): void {
    // While it is not read its pongs are not heard either.
    if (this.#holds !== 0) this.#missed = 0
    if (this.#missed >= mostMissed) {
      this.socket.terminate()
      return
    }
    this.#missed += 1
    this.socket.ping()
  }
}
