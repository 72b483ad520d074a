import type { Target } from '@gatehouse/shared/decide'
import { type PolicyLevel, readRules } from '@gatehouse/shared/policies/policy'
import { and, eq, or } from 'drizzle-orm'
import type { Tx } from '../../kernel/database/connect.ts'
import { site } from '../customers/tables.ts'
import { policy, policyLevel } from './tables.ts'

/** The levels of policy that speak about a device, with the zone of its site; none for other targets. */
export const levelsFor = async (db: Tx, target: Target): Promise<PolicyLevel[]> => {
  if (target.kind !== 'device') return []
  const rows = await db
    .select({ level: policyLevel.level, rules: policyLevel.rules, zone: site.zone })
    .from(policyLevel)
    .leftJoin(site, and(eq(site.customerId, target.customerId), eq(site.id, target.siteId)))
    .where(
      and(
        eq(policyLevel.customerId, target.customerId),
        or(
          and(eq(policyLevel.level, 'customer'), eq(policyLevel.levelId, target.customerId)),
          and(eq(policyLevel.level, 'site'), eq(policyLevel.levelId, target.siteId)),
          and(eq(policyLevel.level, 'model'), eq(policyLevel.levelId, target.modelId)),
          and(eq(policyLevel.level, 'device'), eq(policyLevel.levelId, target.deviceId)),
        ),
      ),
    )
  return rows.map((row) => ({ ...row, rules: readRules(row.rules) }))
}

/** Holds a customer's policy until the transaction ends: a change of it waits, or has been before. */
export const holdPolicy = (tx: Tx, customerId: string): Promise<unknown> =>
  tx.select({ version: policy.version }).from(policy).where(eq(policy.customerId, customerId)).for('share')

/** True where some rule of the customer opens and shuts by the clock of a site: then its zone is a part of the policy. */
export const goesByTheClock = async (db: Tx, customerId: string): Promise<boolean> => {
  const rows = await db
    .select({ rules: policyLevel.rules })
    .from(policyLevel)
    .where(eq(policyLevel.customerId, customerId))
  return rows.some(({ rules }) => Object.values(readRules(rules)).some((rule) => rule.inside !== rule.outside))
}

/** The policy of a new customer: no level speaks, so that nothing is allowed that touches a device. */
export const newPolicy = (tx: Tx, customerId: string, now: number): Promise<unknown> =>
  tx.insert(policy).values({ customerId, changedAt: now })
