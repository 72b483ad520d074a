import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import type { WebSocket } from 'ws'
import { bySystem } from '../../kernel/actor.ts'
import type { House } from '../../kernel/house.ts'
import type { Recorder } from '../recordings/door.ts'
import { endSession, lookAt } from '../sessions/door.ts'
import type { Wire } from './wire.ts'

/** What is left to be done when a session is over: its row, its recording, its sockets. What fails is tried again. */
export class Endings {
  readonly #house: House
  /** Ends that the database could not be told yet. */
  readonly #unsaid = new Map<string, SessionCause>()
  readonly #recorders = new Set<Recorder>()
  #sockets: WebSocket[] = []

  constructor(house: House) {
    this.#house = house
  }

  /** Stops the wire now; then tells the people why, with the cause that stands in the tables. */
  async finish(wire: Wire, cause: SessionCause): Promise<void> {
    wire.stop()
    const said = await this.#say(wire.session.id, cause)
    this.#sockets.push(...wire.farewell(said))
    if (wire.recorder) this.close(wire.recorder)
  }

  /** Stores what is left of a recording. */
  close(recorder: Recorder): void {
    this.#recorders.add(recorder)
    void recorder.finish().then((done) => {
      if (done) this.#recorders.delete(recorder)
    })
  }

  /** Ends the session in the tables; the cause that stands there. */
  async #say(id: string, cause: SessionCause): Promise<SessionCause> {
    try {
      if (await endSession(this.#house, bySystem, id, cause)) return cause
      return (await lookAt(this.#house.db, id))?.cause ?? cause
    } catch (error) {
      this.#house.log.error({ err: error, sessionId: id, cause }, 'the end of a session could not be stored yet')
      this.#unsaid.set(id, cause)
      return cause
    }
  }

  /** Cuts sockets that did not answer the farewell, and tries again what could not be stored. */
  tick(): void {
    for (const socket of this.#sockets) if (socket.readyState !== socket.CLOSED) socket.terminate()
    this.#sockets = []
    for (const recorder of this.#recorders) this.close(recorder)
    for (const [id, cause] of this.#unsaid) {
      this.#unsaid.delete(id)
      void this.#say(id, cause)
    }
  }

  /** Resolves when every recording is stored that can be. */
  async settle(): Promise<void> {
    await Promise.all([...this.#recorders].map((recorder) => recorder.finish()))
  }
}
