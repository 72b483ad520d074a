/** Bytes that lie somewhere and are read piece by piece: a file on disk, or one that was dropped on a page. */
export interface Bytes {
  size: number
  /** At most `length` bytes from a place on; fewer only where they end. */
  read(from: number, length: number): Promise<Uint8Array>
}

/** A bundle that lies somewhere, packed or not. Nothing of it is to be believed. */
export interface Source {
  /** Its files by name, those beside them as well, with the size that each claims to have. */
  files: ReadonlyMap<string, number>
  /** Gives the bytes of a file piece by piece, none of which may be kept; throws `Unreadable`. */
  read(name: string, take: (bytes: Uint8Array) => void | Promise<void>): Promise<void>
  close(): Promise<void>
}

/** What was given cannot be read as a bundle at all: nothing can be said of what it holds. */
export class Unreadable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unreadable'
  }
}
