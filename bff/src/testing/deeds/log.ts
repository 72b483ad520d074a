import type { ExportState } from '@gatehouse/shared/views/exports'
import { inArray } from 'drizzle-orm'
import { auditExport } from '../../features/exports/tables.ts'
import { runChecks } from '../../features/integrity/checks.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { tellExport } from '../stories.ts'
import { checkedLongAgo } from '../superuser.ts'
import { nobody, type Prepare } from './props.ts'
import type { Stage } from './stage.ts'

/** What is done with the log, exports of it and security reports. */
export const deedsWithTheLog: Readonly<Record<string, Prepare>> = {
  'POST /api/me/exports': async (_, s) => {
    await withdrawExports(s)
    return {
      who: 'approver',
      body: {
        format: 'bundle',
        filter: 'outcome=refused',
        zone: 'Europe/Zurich',
        reason: 'an inspection',
        log: s.h.seeded.customers['Helvetia Pharma'],
        since: 'first',
      },
    }
  },
  'DELETE /api/me/exports/:exportId': async (_, s) => ({
    who: 'approver',
    ids: { exportId: await anExport(s, 'cancelled') },
  }),
  'POST /api/me/exports/:exportId/cancel': async (_, s) => ({
    who: 'approver',
    ids: { exportId: await anExport(s, 'queued') },
  }),
  'POST /api/me/exports/preview': () => ({ who: 'approver', body: { filter: '', zone: 'Europe/Zurich' } }),
  'POST /api/logs/:customerId/checks': async (_, { h }) => {
    await runChecks.run(h.house)
    await checkedLongAgo(h.ownerUrl)
    return { who: 'reader' }
  },
  'POST /api/logs/:customerId/faults/:faultId/explanation': async (p) => ({
    who: 'approver',
    ids: { faultId: await p.fault() },
    body: { reason: 'a test' },
  }),
  'POST /api/makers-log/checks': async (_, { h }) => {
    await runChecks.run(h.house)
    await checkedLongAgo(h.ownerUrl)
    return { who: 'auditor' }
  },
  'POST /api/makers-log/faults/:faultId/explanation': async (p) => ({
    who: 'administrator',
    ids: { faultId: await p.fault(theMakerItself) },
    body: { reason: 'a test' },
  }),
  'POST /api/security-reports': nobody({
    kind: 'vulnerability',
    severity: 'low',
    title: 'A door stands open',
    place: '/somewhere',
    details: 'It opens when one pushes it.',
    email: 'finder@somewhere.example',
  }),
  'POST /api/security-reports/lookup': nobody({ number: 'GH-2020-0001', key: 'made-up' }, 'report_unknown'),
  'POST /api/security-reports/:reportId/answers': async (p) => ({
    who: 'administrator',
    ids: { reportId: await p.report() },
    body: { text: 'We look into it.' },
  }),
  'POST /api/security-reports/:reportId/close': async (p) => ({
    who: 'administrator',
    ids: { reportId: await p.report() },
    body: { reason: 'It was nothing' },
  }),
}

/** Nobody waits for an export that another deed asked for. */
const withdrawExports = ({ h }: Stage): Promise<unknown> =>
  h.house.db
    .update(auditExport)
    .set({ state: 'cancelled' })
    .where(inArray(auditExport.state, ['queued', 'running']))

/** An export of the approver's in the tables. */
const anExport = async (s: Stage, state: ExportState): Promise<string> => {
  const id = await tellExport(s.h, s.h.seeded.people.approver, state)
  s.kinds.set(id, 'export')
  return id
}
