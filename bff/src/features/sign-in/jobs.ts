import { and, isNull, lt, sql } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { days } from '../../kernel/clock.ts'
import type { House, Job } from '../../kernel/house.ts'
import { queueMail } from '../../kernel/outbox/queue.ts'
import { passwordDueAt, passwordLife } from '../people/door.ts'
import { person } from '../people/tables.ts'
import { zoneOf } from '../profile/door.ts'
import { mailOfAttack, mailOfReminder } from './mails.ts'
import { alarming, reminderAt, reminderDays } from './rules.ts'
import { forgetTries } from './store.ts'
import { failureNotice, passwordReminder, signInTry } from './tables.ts'

/** Accounts with too many failures of late, and how many; the hash is the one `openTry` was given. */
const attacked = (house: House) => {
  const since = house.clock.now() - alarming.within
  const tries = house.db
    .select({ accountHash: signInTry.accountHash, failures: sql<number>`count(*)::int`.as('failures') })
    .from(signInTry)
    .where(sql`${signInTry.at} > ${since} and ${signInTry.outcome} in ('failed', 'limited')`)
    .groupBy(signInTry.accountHash)
    .having(sql`count(*) >= ${alarming.failures}`)
    .as('tries')
  return house.db
    .select({ person, failures: tries.failures })
    .from(person)
    .innerJoin(tries, sql`${tries.accountHash} = encode(sha256(convert_to(lower(${person.email}), 'UTF8')), 'hex')`)
    .where(isNull(person.removedAt))
}

/** Tells owner and security contact of an account that somebody tries to open it; once an hour. */
export const tellOfFailures: Job = {
  name: 'failed sign-ins',
  everySeconds: 10,
  run: async (house) => {
    const now = house.clock.now()
    for (const { person: them, failures } of await attacked(house)) {
      await house.db.transaction(async (tx) => {
        const [mine] = await tx
          .insert(failureNotice)
          .values({ personId: them.id, toldAt: now })
          .onConflictDoUpdate({
            target: failureNotice.personId,
            set: { toldAt: now },
            setWhere: lt(failureNotice.toldAt, now - alarming.within),
          })
          .returning()
        if (!mine) return
        const owner = them.disabledAt === null && { email: them.email, zone: await zoneOf(tx, them.id) }
        const contact = house.settings.securityContact && { email: house.settings.securityContact, zone: null }
        for (const to of [owner, contact]) if (to) await queueMail(tx, mailOfAttack(house, to, them, failures), now)
        await append(tx, now, [
          entry({
            by: bySystem,
            event: 'sign_in.attacked',
            fields: { failures, email: them.email },
            about: { personId: them.id, customerId: them.customerId },
          }),
        ])
      })
    }
  },
}

/** Reminds people by mail 14, 7 and 1 day before their password ends; each once, the most pressing where it was late. */
export const remindOfPasswords: Job = {
  name: 'reminders of passwords',
  everySeconds: 60,
  run: async (house) => {
    const now = house.clock.now()
    const soon = await house.db
      .select()
      .from(person)
      .where(
        and(
          isNull(person.disabledAt),
          isNull(person.removedAt),
          sql`not ${person.passwordDue}`,
          lt(person.passwordChangedAt, now - passwordLife + days(Math.max(...reminderDays)) + 1),
          sql`${person.passwordChangedAt} > ${now - passwordLife}`,
        ),
      )
    for (const them of soon) {
      const dueAt = passwordDueAt(them)
      const left = reminderAt(dueAt, now)
      if (left === undefined) continue
      await house.db.transaction(async (tx) => {
        const [mine] = await tx
          .insert(passwordReminder)
          .values({ personId: them.id, passwordChangedAt: them.passwordChangedAt, days: left, sentAt: now })
          .onConflictDoNothing()
          .returning()
        if (!mine) return
        const zone = await zoneOf(tx, them.id)
        await queueMail(tx, mailOfReminder(house, { ...them, zone }, left, dueAt), now)
      })
    }
  },
}

/** Forgets tries to sign in that bear on nothing any more. */
export const forgetOldTries: Job = {
  name: 'old tries to sign in',
  everySeconds: 600,
  run: async (house) => {
    await forgetTries(house.db, house.clock.now())
  },
}
