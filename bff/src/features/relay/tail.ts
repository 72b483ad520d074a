/** The last bytes of a terminal's output, for whoever comes later; a ring of fixed size, so that no frame is held. */
export class Tail {
  readonly #ring: Buffer
  #at = 0
  #wrapped = false

  constructor(size = 64 * 1024) {
    this.#ring = Buffer.allocUnsafeSlow(size)
  }

  /** Adds `bytes` from `from` on. */
  add(bytes: Uint8Array, from: number): void {
    const size = this.#ring.length
    const start = Math.max(from, bytes.length - size)
    const first = Math.min(bytes.length - start, size - this.#at)
    this.#ring.set(bytes.subarray(start, start + first), this.#at)
    const rest = bytes.length - start - first
    if (rest > 0) this.#ring.set(bytes.subarray(start + first), 0)
    if (this.#at + first >= size) this.#wrapped = true
    this.#at = rest > 0 ? rest : (this.#at + first) % size
  }

  /** What is kept, oldest first. Where the beginning was lost it begins with a new line or a new command. */
  read(): Buffer {
    if (!this.#wrapped) return Buffer.from(this.#ring.subarray(0, this.#at))
    const all = Buffer.concat([this.#ring.subarray(this.#at), this.#ring.subarray(0, this.#at)])
    const line = all.indexOf(0x0a)
    const command = all.indexOf(0x1b)
    const from = line >= 0 ? line + 1 : Math.max(0, command)
    return all.subarray(from)
  }
}
