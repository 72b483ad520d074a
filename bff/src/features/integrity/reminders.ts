import { and, inArray, isNull, lt, or } from 'drizzle-orm'
import { days } from '../../kernel/clock.ts'
import type { House, Job } from '../../kernel/house.ts'
import { mailAbout } from './alarm.ts'
import { logNamesOf, unexplainedBy } from './store.ts'
import { auditFault } from './tables.ts'

/**
 * Reminds each side once a day of the faults that it has not explained, one mail for each person; also of those that no mail
 * has told of yet.
 */
export const remindOfFaults: Job = {
  name: 'reminders of faults in audit logs',
  everySeconds: 10 * 60,
  run: async (house: House) => {
    const now = house.clock.now()
    await house.db.transaction(async (tx) => {
      const due = await tx
        .select()
        .from(auditFault)
        .where(
          and(
            or(isNull(auditFault.toldAt), lt(auditFault.toldAt, now - days(1))),
            or(unexplainedBy('maker'), unexplainedBy('customer')),
          ),
        )
        .orderBy(auditFault.tree, auditFault.seq, auditFault.id)
        .for('update', { skipLocked: true })
      if (due.length === 0) return
      const names = await logNamesOf(house, tx, [...new Set(due.map(({ tree }) => tree))])
      const ids = due.map(({ id }) => id)
      for (const side of ['maker', 'customer'] as const) {
        const open = await tx
          .select({ id: auditFault.id })
          .from(auditFault)
          .where(and(inArray(auditFault.id, ids), unexplainedBy(side)))
        const mine = new Set(open.map(({ id }) => id))
        const faults = due.filter(({ id }) => mine.has(id))
        if (faults.length > 0) await mailAbout(house, tx, faults, names, { side, reminder: true })
      }
      await tx.update(auditFault).set({ toldAt: now }).where(inArray(auditFault.id, ids))
    })
  },
}
