import type { About } from '../../kernel/audit/append.ts'
import { seconds } from '../../kernel/clock.ts'
import { isUnavailable } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { castHeader, noRest, type Rest } from './cast.ts'
import { folderOf, makeFolder } from './files.ts'
import { Gathering } from './gathering.ts'
import { startScribe, writePart } from './scribe.ts'
import { beginRecording, markFailed, markWhole, type PartRow, storePart } from './store.ts'

/** A part is stored when it is this large, at most once a second … */
const usualPart = 64 * 1024
/** … or this large, at once … */
const largePart = 4 * 1024 * 1024
/** … or this old. */
const oldPart = seconds(5)
/** What waits to be stored, at most; beyond it whoever speaks has to pause. */
const mostWaiting = 8 * 1024 * 1024
/** Parts that are written and not yet in the log, at most: a disk that is too slow makes the session slow. */
const mostUnsaid = 24
/** A recording that grows beyond this fails: it would fill the disk. */
const largestRecording = 2 * 1024 * 1024 * 1024

/** Takes down what crosses a session. `output`, `input` and `resize` never wait; look at `full` afterwards. */
export interface Recorder {
  /** `frame` is a whole frame: its first byte, the kind, is left out. */
  output(frame: Uint8Array): void
  input(frame: Uint8Array): void
  resize(columns: number, rows: number): void
  /** True while more waits to be stored than may. */
  readonly full: boolean
  /** Stores what is due; to be called once a second. */
  tick(): void
  /** Stores everything that is left; false where the database could not take it now: then it is to be asked again. */
  finish(): Promise<boolean>
}

interface Told {
  /** There is room again. */
  onRoom(): void
  /** It cannot be recorded any longer. */
  onFail(): void
}

interface Place {
  sessionId: string
  startedAt: number
  folder: string
  /** First line of the first part. */
  header: string
}

class PartsRecorder implements Recorder {
  readonly #gathering = new Gathering()
  #rest: Rest = noRest
  #part = 0
  #total = 0
  #last = 0
  #writing: Promise<void> | undefined
  /** Parts that are written, in order, until the log has them. */
  readonly #unsaid: { row: PartRow; synced: Promise<void> }[] = []
  #saying: Promise<void> | undefined
  #failed = false
  #whole = false
  readonly #house: House
  readonly #about: About
  readonly #place: Place
  readonly #told: Told

  constructor(house: House, about: About, place: Place, told: Told) {
    this.#house = house
    this.#about = about
    this.#place = place
    this.#told = told
  }

  #now(): number {
    // A clock that is set back never makes a recording run backwards.
    this.#last = Math.max(this.#last, this.#house.clock.now() - this.#place.startedAt)
    return this.#last
  }

  output(frame: Uint8Array): void {
    if (this.#failed) return
    this.#gathering.add('o', this.#now(), frame, 1)
    if (this.#gathering.length >= largePart) this.#write()
  }

  input(frame: Uint8Array): void {
    if (this.#failed) return
    this.#gathering.add('i', this.#now(), frame, 1)
    if (this.#gathering.length >= largePart) this.#write()
  }

  resize(columns: number, rows: number): void {
    if (!this.#failed) this.#gathering.add('r', this.#now(), Buffer.from(`${columns}x${rows}`), 0)
  }

  get full(): boolean {
    return this.#gathering.length >= mostWaiting
  }

  tick(): void {
    const { length, firstAt } = this.#gathering
    const isOld = firstAt !== undefined && this.#now() - firstAt >= oldPart
    if (length >= usualPart || isOld) this.#write()
    this.#say()
  }

  async finish(): Promise<boolean> {
    while (!this.#failed && (this.#gathering.length > 0 || this.#part === 0 || this.#writing)) {
      this.#write()
      await (this.#writing ?? this.#saying)
    }
    this.#say()
    await this.#saying
    if (this.#failed || this.#whole) return true
    return this.#unsaid.length === 0 && (await this.#conclude())
  }

  async #conclude(): Promise<boolean> {
    try {
      await markWhole(this.#house.db, this.#place.sessionId)
      this.#whole = true
    } catch (error) {
      if (!isUnavailable(error)) await this.#fail(error)
    }
    return this.#failed || this.#whole
  }

  #write(): void {
    if (this.#writing || this.#failed || this.#unsaid.length >= mostUnsaid) return
    this.#writing = this.#writeNow()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined
        this.#say()
        if (this.#gathering.length >= largePart) this.#write()
      })
  }

  async #writeNow(): Promise<void> {
    const wasFull = this.full
    const batch = this.#gathering.take()
    const upTo = batch.times.at(-1) ?? this.#last
    if (wasFull) this.#told.onRoom()
    const { sessionId, folder, header } = this.#place
    const part = this.#part++
    const order = { folder, part, header: part === 0 ? header : undefined, batch, rest: this.#rest }
    const { bytes, hash, rest, synced } = await writePart(order)
    this.#rest = rest
    this.#total += bytes
    this.#unsaid.push({ row: { sessionId, part, bytes, upTo, hash }, synced })
    if (this.#total > largestRecording) throw new Error('it grew beyond 2 GiB')
  }

  /** Tells the log of the parts that are safe on the disk, in order; asked again later where the database is away. */
  #say(): void {
    if (this.#saying || this.#failed) return
    this.#saying = this.#sayAll()
      .catch((error: unknown) => (isUnavailable(error) ? undefined : this.#fail(error)))
      .finally(() => {
        this.#saying = undefined
        if (this.#gathering.length >= largePart) this.#write()
      })
  }

  async #sayAll(): Promise<void> {
    for (let next = this.#unsaid[0]; next; next = this.#unsaid[0]) {
      await next.synced
      await storePart(this.#house, this.#about, next.row)
      this.#unsaid.shift()
    }
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#failed) return
    this.#failed = true
    const { log } = this.#house
    const { sessionId } = this.#place
    log.error({ err: error, sessionId }, 'recording failed')
    this.#told.onRoom()
    this.#told.onFail()
    const because = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : 'unknown'
    await markFailed(this.#house, this.#about, sessionId, because).catch((err: unknown) =>
      log.error({ err, sessionId }, 'the failure of a recording could not be noted'),
    )
  }
}

/** Begins the recording of a session; throws where it cannot be begun, and then nothing of the session may cross. */
export const openRecorder = async (
  house: House,
  about: About,
  one: { sessionId: string; customerId: string; columns: number; rows: number },
  told: Told,
): Promise<Recorder> => {
  const { sessionId, customerId, columns, rows } = one
  const startedAt = house.clock.now()
  const folder = folderOf(house.settings.dataDir, sessionId)
  startScribe()
  await makeFolder(folder)
  await beginRecording(house.db, { sessionId, customerId, startedAt, columns, rows })
  const header = castHeader(startedAt, columns, rows)
  return new PartsRecorder(house, about, { sessionId, startedAt, folder, header }, told)
}
