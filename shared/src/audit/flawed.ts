/** What kind of wrong was found: not of the form it must have, not signed by whom it must be, or of another log. */
export type Flaw = 'malformed' | 'signature' | 'origin'

/** Thrown by everything that reads or opens a part of a proof; the message is a sentence for people. */
export class Flawed extends Error {
  readonly flaw: Flaw
  constructor(flaw: Flaw, message: string) {
    super(message)
    this.name = 'Flawed'
    this.flaw = flaw
  }
}

/** Something is not of the form it must have. */
export const malformed = (message: string): Flawed => new Flawed('malformed', message)
