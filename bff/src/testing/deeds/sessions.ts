import type { Prepare } from './props.ts'

/** What is done with requests and sessions. */
export const deedsInSessions: Readonly<Record<string, Prepare>> = {
  'POST /api/devices/:deviceId/requests': async (p, { h }) => ({
    who: 'technician',
    ids: { deviceId: (await p.working()).deviceId },
    body: {
      activities: ['session.terminal'],
      reason: 'drift after calibration',
      caseNumber: 'C-1042',
      wantedStart: h.clock.now(),
      minutes: 60,
    },
  }),
  'POST /api/requests/:requestId/decision': async (p, { h }) => {
    const { id, hash } = await p.asked()
    const now = h.clock.now()
    return {
      who: 'approver',
      ids: { requestId: id },
      body: {
        answer: 'approve',
        hash,
        activities: ['session.terminal'],
        minutes: 30,
        notBefore: now,
        useBefore: now + 3_600_000,
        comment: 'until noon',
      },
    }
  },
  'POST /api/requests/:requestId/revoke': async (p) => ({
    who: 'approver',
    ids: { requestId: (await p.approved()).id },
    body: { comment: 'not now' },
  }),
  'POST /api/requests/:requestId/session': async (p) => ({
    who: 'technician',
    ids: { requestId: (await p.approved(true)).id },
  }),
  'POST /api/requests/:requestId/withdraw': async (p) => ({
    who: 'technician',
    ids: { requestId: (await p.asked()).id },
  }),
  'POST /api/sessions/:sessionId/end': async (p) => ({
    who: 'approver',
    ids: { sessionId: await p.session() },
    body: { comment: 'enough' },
  }),
  'POST /api/sessions/:sessionId/tickets': async (p) => ({
    who: 'approver',
    ids: { sessionId: await p.session() },
    body: { direction: 'watch' },
  }),
}
