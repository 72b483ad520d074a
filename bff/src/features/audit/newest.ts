import { desc, eq } from 'drizzle-orm'
import { auditCheckpoint } from '../../kernel/audit/tables.ts'
import type { Tx } from '../../kernel/database/connect.ts'

/** The newest checkpoint that is stored of a log; `db` sees the log's customer. */
export const newestCheckpoint = async (
  db: Tx,
  tree: string,
): Promise<typeof auditCheckpoint.$inferSelect | undefined> => {
  const [row] = await db
    .select()
    .from(auditCheckpoint)
    .where(eq(auditCheckpoint.tree, tree))
    .orderBy(desc(auditCheckpoint.size))
    .limit(1)
  return row
}
