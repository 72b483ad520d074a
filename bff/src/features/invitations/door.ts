import type { Actor } from '../../kernel/actor.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import type { House } from '../../kernel/house.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { zoneOf } from '../profile/door.ts'
import { mailOfInvitation, mailOfReset } from './mails.ts'
import { linkLife } from './rules.ts'
import { issueToken } from './store.ts'

export { isVoided, voidTokens } from './store.ts'

interface Reader {
  id: string
  name: string
  email: string
}

/** Mails the link by which an invited person chooses a password; a link before it is void. */
export const mailInvitation = async (house: House, tx: Tx, by: Actor, them: Reader): Promise<void> => {
  const now = house.clock.now()
  const token = await issueToken(tx, them.id, 'invite', them.email, now)
  if (token) await queueMail(tx, mailOfInvitation(house, them, by, token, now + linkLife.invite), now)
}

/** Mails the link by which a person whose password an administrator voided chooses another. */
export const mailReset = async (house: House, tx: Tx, by: Actor, them: Reader): Promise<void> => {
  const now = house.clock.now()
  const token = await issueToken(tx, them.id, 'reset', them.email, now)
  if (!token) return
  const zone = await zoneOf(tx, them.id)
  await queueMail(tx, mailOfReset(house, { ...them, zone }, by, token, now + linkLife.reset), now)
}
