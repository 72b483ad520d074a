import { contextWords, unfit } from '@gatehouse/shared/passwords/rules'
import { eq } from 'drizzle-orm'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { sourceOf } from '../../kernel/http/from.ts'
import { hashOf } from '../../kernel/ids.ts'
import { person } from '../people/tables.ts'
import { isCommon } from './common-passwords.ts'
import { isPassword } from './passwords.ts'
import { standing } from './rules.ts'
import { closeTry, formerPasswords, openTry, tallyOf } from './store.ts'

type Account = typeof person.$inferSelect

/** The account, when the present password is right; whoever found a browser unlocked guesses no faster than at the door. */
export const proven = async (house: House, actor: Actor, present: string): Promise<Account> => {
  const now = house.clock.now()
  const [account] = await house.db.select().from(person).where(eq(person.id, actor.id))
  if (!account) throw new Refused('password_wrong')
  const place = { accountHash: hashOf(account.email.toLowerCase()), source: sourceOf(actor.from) }
  const tryId = await openTry(house.db, place, now)
  const open = standing(await tallyOf(house.db, place, tryId, now)) === 'open'
  const right = await isPassword(house.keys, account.passwordHash, present)
  // The password alone makes no place known: that is for a sign-in that is whole.
  await closeTry(house.db, tryId, !open ? 'limited' : right ? 'halfway' : 'failed')
  if (!open || !right) throw new Refused('password_wrong')
  return account
}

/** Why an account cannot have `next` as its password, in a sentence: length, words, lists, those it has had before. */
export const whyUnfit = async (
  house: House,
  account: Account & { customerName: string | null },
  next: string,
  present?: string,
): Promise<string | undefined> => {
  const words = contextWords({ ...account, maker: house.settings.maker, customer: account.customerName })
  const why = unfit(next, { words, present })
  if (why) return why
  if (await isCommon(house.settings.passwordList, next))
    return 'That is on a list of common or stolen passwords. Choose something else.'
  for (const former of [account.passwordHash, ...(await formerPasswords(house.db, account.id, house.clock.now()))])
    if (await isPassword(house.keys, former, next)) return 'You have had that password before. Choose a new one.'
  return undefined
}
