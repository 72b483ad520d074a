import type { About } from '../../kernel/audit/append.ts'
import { seconds } from '../../kernel/clock.ts'
import { isUnavailable } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { type Batch, castHeader, encodeCast, noRest, type Rest } from './cast.ts'
import { folderOf, hashPart, makeFolder, writePart } from './files.ts'
import { Gathering } from './gathering.ts'
import { beginRecording, markFailed, type PartRow, storePart } from './store.ts'

/** A part is stored when it is this large, at most once a second … */
const usualPart = 64 * 1024
/** … or this large, at once … */
const largePart = 4 * 1024 * 1024
/** … or this old. */
const oldPart = seconds(5)
/** What waits to be stored, at most; beyond it whoever speaks has to pause. */
const mostWaiting = 8 * 1024 * 1024
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
  #gathering = new Gathering()
  #rest: Rest = noRest
  #part = 0
  #total = 0
  #last = 0
  #storing: Promise<void> | undefined
  #unsaid: PartRow | undefined
  #failed = false
  readonly #house: House
  readonly #about: About
  readonly #one: Place
  readonly #told: Told

  constructor(house: House, about: About, one: Place, told: Told) {
    this.#house = house
    this.#about = about
    this.#one = one
    this.#told = told
  }

  #now(): number {
    // A clock that is set back never makes a recording run backwards.
    this.#last = Math.max(this.#last, this.#house.clock.now() - this.#one.startedAt)
    return this.#last
  }

  output(frame: Uint8Array): void {
    if (this.#failed) return
    this.#gathering.add('o', this.#now(), frame, 1)
    if (this.#gathering.length >= largePart) this.#store()
  }

  input(frame: Uint8Array): void {
    if (this.#failed) return
    this.#gathering.add('i', this.#now(), frame, 1)
    if (this.#gathering.length >= largePart) this.#store()
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
    if (length >= usualPart || isOld || this.#unsaid) this.#store()
  }

  async finish(): Promise<boolean> {
    while (!this.#failed && (this.#gathering.length > 0 || this.#part === 0 || this.#unsaid || this.#storing)) {
      this.#store()
      await this.#storing
      if (this.#unsaid) return false
    }
    return true
  }

  #store(): void {
    if (this.#storing || this.#failed) return
    this.#storing = this.#storeNow()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#storing = undefined
        if (!this.full) this.#told.onRoom()
        if (this.#gathering.length >= largePart) this.#store()
      })
  }

  async #storeNow(): Promise<void> {
    if (this.#unsaid) return this.#say(this.#unsaid)
    const batch = this.#gathering.take()
    const upTo = batch.times.at(-1) ?? this.#last
    const bytes = await this.#encode(batch)
    this.#total += bytes.length
    if (this.#total > largestRecording) throw new Error('it grew beyond 2 GiB')
    const part = this.#part++
    await writePart(this.#one.folder, part, bytes)
    await this.#say({ sessionId: this.#one.sessionId, part, bytes: bytes.length, upTo, hash: hashPart(bytes) })
  }

  async #encode(batch: Batch): Promise<Buffer> {
    const { text, rest } = encodeCast(batch, this.#rest)
    this.#rest = rest
    return this.#part === 0 ? Buffer.concat([Buffer.from(this.#one.header), text]) : text
  }

  async #say(row: PartRow): Promise<void> {
    this.#unsaid = row
    try {
      await storePart(this.#house, this.#about, row)
      this.#unsaid = undefined
    } catch (error) {
      // The part lies on the disk and is told of once the database is back; the session's lease sees to it if it is not.
      if (!isUnavailable(error)) throw error
    }
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#failed) return
    this.#failed = true
    const { log } = this.#house
    const { sessionId } = this.#one
    log.error({ err: error, sessionId }, 'recording failed')
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
  await makeFolder(folder)
  await beginRecording(house.db, { sessionId, customerId, startedAt, columns, rows })
  const header = castHeader(startedAt, columns, rows)
  return new PartsRecorder(house, about, { sessionId, startedAt, folder, header }, told)
}
