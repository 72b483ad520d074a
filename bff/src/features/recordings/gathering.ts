import type { Batch, CastKind } from './cast.ts'
import { castKinds } from './cast.ts'

const least = 64 * 1024

/** Gathers events into one run of bytes: copied, so that no network buffer is held, and grown as needed. */
export class Gathering {
  #bytes = Buffer.allocUnsafeSlow(least)
  #length = 0
  #kinds: number[] = []
  #times: number[] = []
  #lengths: number[] = []

  get length(): number {
    return this.#length
  }

  /** When the first event of this batch happened, ms since the recording began; `undefined` where there is none. */
  get firstAt(): number | undefined {
    return this.#times[0]
  }

  /** Adds `bytes` from `from` on as an event; what follows within the same millisecond becomes one event with it. */
  add(kind: CastKind, at: number, bytes: Uint8Array, from: number): void {
    const size = bytes.length - from
    if (this.#length + size > this.#bytes.length) this.#grow(this.#length + size)
    this.#bytes.set(from === 0 ? bytes : bytes.subarray(from), this.#length)
    this.#length += size
    const last = this.#kinds.length - 1
    const index = kind === 'o' ? 0 : castKinds.indexOf(kind)
    if (last >= 0 && index !== 2 && this.#kinds[last] === index && this.#times[last] === at) {
      this.#lengths[last] = (this.#lengths[last] ?? 0) + size
      return
    }
    this.#kinds.push(index)
    this.#times.push(at)
    this.#lengths.push(size)
  }

  #grow(needed: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    next.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = next
  }

  /** Gives away what was gathered, and begins anew, expecting as much again. */
  take(): Batch {
    const batch = {
      bytes: this.#bytes.subarray(0, this.#length),
      kinds: this.#kinds,
      times: this.#times,
      lengths: this.#lengths,
    }
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(least, this.#length))
    this.#length = 0
    this.#kinds = []
    this.#times = []
    this.#lengths = []
    return batch
  }
}
