import { shut, unshut } from '../box.ts'
import type { ServerKeys } from '../keys.ts'

const keyOf = (keys: ServerKeys): Buffer => keys.derive('secrets in waiting mails')

/** A secret as it stands in a mail that waits in the outbox: a copy of the tables opens nothing. */
export const sealed = (keys: ServerKeys, secret: string): string => `{{${shut(keyOf(keys), secret)}}}`

/** A mail's text as its reader gets it; what looks sealed and is not by us stays as it was written. */
export const opened = (keys: ServerKeys, text: string): string =>
  text.replace(/\{\{([\w-]{40,})\}\}/g, (whole, box: string) => unshut(keyOf(keys), box) ?? whole)
