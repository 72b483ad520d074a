import type { Tx } from '../../kernel/database/connect.ts'
import { letsIn } from './rules.ts'
import { networksFor } from './store.ts'

export { noteFrom } from './store.ts'

/** What the log says of a sign-in that was refused for where it came from. */
export const fromElsewhere = 'from a network that is not on the list'

/** True where a person may be at this address now: his customer's list of networks lets it in, or the maker's its people. */
export const mayBeAt = async (db: Tx, personId: string, address: string): Promise<boolean> =>
  letsIn(await networksFor(db, personId), address)
