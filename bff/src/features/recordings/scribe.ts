import { Worker } from 'node:worker_threads'
import type { Rest } from './cast.ts'
import type { ScribeAnswer, ScribeOrder } from './scribe-orders.ts'

/** A part that lies in its file. */
export interface Written {
  bytes: number
  /** SHA-256, hex. */
  hash: string
  rest: Rest
  /** Resolves when the part would outlive a loss of power. */
  synced: Promise<void>
}

interface Waiting {
  written(one: Omit<Written, 'synced'>): void
  synced(): void
  fail(error: Error): void
}

/** A thread does not inherit how its process reads TypeScript. */
const begin = `
  const { tsx, program } = require('node:worker_threads').workerData
  import(tsx).then(({ tsImport }) => tsImport(program, program))`

/**
 * The thread that writes recordings: encoding and hashing never stand in the way of a stream. There is one per process;
 * it starts with the first recording and does not keep the process alive.
 */
class Scribe {
  readonly #waiting = new Map<number, Waiting>()
  readonly #thread: Worker
  #next = 0
  gone = false

  constructor() {
    const workerData = {
      tsx: import.meta.resolve('tsx/esm/api'),
      program: new URL('./scribe-thread.ts', import.meta.url).href,
    }
    this.#thread = new Worker(begin, { eval: true, execArgv: [], workerData })
    this.#thread.on('message', (answer: ScribeAnswer) => this.#hear(answer))
    this.#thread.on('error', (error: unknown) => this.#fail(error instanceof Error ? error : new Error(String(error))))
    this.#thread.on('exit', () => this.#fail(new Error('the thread that writes recordings ended')))
    this.#thread.unref()
  }

  write(order: Omit<ScribeOrder, 'id'>): Promise<Written> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      let isSynced = () => {}
      let isNot = (_: Error) => {}
      const synced = new Promise<void>((done, fail) => {
        isSynced = done
        isNot = fail
      })
      // Whoever waits for it hears of it; nobody may be waiting yet.
      synced.catch(() => undefined)
      this.#waiting.set(id, {
        written: (one) => resolve({ ...one, synced }),
        synced: isSynced,
        fail: (error) => {
          reject(error)
          isNot(error)
        },
      })
      this.#thread.ref()
      this.#thread.postMessage({ id, ...order } satisfies ScribeOrder, [order.batch.bytes.buffer as ArrayBuffer])
    })
  }

  #hear(answer: ScribeAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    if (answer.kind === 'written') {
      const { bytes, hash, rest } = answer
      waiting?.written({ bytes, hash, rest })
      return
    }
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#thread.unref()
    if (answer.kind === 'synced') waiting?.synced()
    else waiting?.fail(new Error(answer.because))
  }

  #fail(error: Error): void {
    this.gone = true
    for (const waiting of this.#waiting.values()) waiting.fail(error)
    this.#waiting.clear()
  }
}

let scribe: Scribe | undefined

/** Starts the thread where it does not run yet, so that it is there when the first part is. */
export const startScribe = (): Scribe => {
  if (!scribe || scribe.gone) scribe = new Scribe()
  return scribe
}

/** Writes a part of a recording; the bytes of the batch are handed over, and are gone for whoever asks. */
export const writePart = (order: Omit<ScribeOrder, 'id'>): Promise<Written> => startScribe().write(order)
