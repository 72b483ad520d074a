import { and, eq, isNull } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, entry } from '../../kernel/audit/append.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { alert, reportsHint } from './alert.ts'
import { mailOfDelay } from './mails.ts'
import { firstAnswerHours } from './rules.ts'
import { overdueUntold } from './store.ts'
import { securityReport } from './tables.ts'

/** Tells of one; false where it was told, or answered, meanwhile. */
const tell = (house: House, reportId: string, now: number): Promise<boolean> =>
  house.db.transaction(async (tx) => {
    const [mine] = await tx
      .update(securityReport)
      .set({ overdueToldAt: now })
      .where(
        and(
          eq(securityReport.id, reportId),
          eq(securityReport.state, 'received'),
          isNull(securityReport.overdueToldAt),
        ),
      )
      .returning()
    if (!mine) return false
    await alert(house, tx, (to) => mailOfDelay(house, to, mine))
    const fields = { number: mine.number, hours: firstAnswerHours(mine.kind) }
    await append(tx, now, [entry({ by: bySystem, event: 'report.overdue', fields })])
    return true
  })

/** Tells of security reports whose first answer is late, each once. */
export const tellOfOverdueReports: Job = {
  name: 'security reports without an answer',
  everySeconds: 60,
  run: async (house) => {
    const now = house.clock.now()
    await forEach(
      house,
      await overdueUntold(house.db, now),
      ({ id }) => ({ reportId: id }),
      async ({ id }) => {
        if (await tell(house, id, now)) house.bus.publish(reportsHint)
      },
    )
  },
}
