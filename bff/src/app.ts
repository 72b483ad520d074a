import { fileURLToPath } from 'node:url'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { actionsRoom } from './features/actions/routes.ts'
import { expireActions } from './features/actions/service.ts'
import { alarmsRoom } from './features/alarms/routes.ts'
import { signCheckpoints } from './features/audit/checkpoints.ts'
import { auditRoom } from './features/audit/routes.ts'
import { sequenceEvents } from './features/audit/sequencer.ts'
import { copyLogs } from './features/audit-copy/job.ts'
import { browserReportsRoom } from './features/browser-reports/routes.ts'
import { customersRoom } from './features/customers/routes.ts'
import { reachOf } from './features/devices/door.ts'
import { modelsRoom } from './features/devices/model-routes.ts'
import { devicesRoom } from './features/devices/routes.ts'
import { erasePeople } from './features/erasures/job.ts'
import { erasuresRoom } from './features/erasures/routes.ts'
import { expireExports, makeLargeExports, makeSmallExports, stopExports } from './features/exports/jobs.ts'
import { exportsRoom } from './features/exports/routes.ts'
import { factorsRoom } from './features/factors/routes.ts'
import { controlDoor } from './features/gateway/control.ts'
import { forgetOldAssertions, markSilentDevices, pingDevices } from './features/gateway/jobs.ts'
import { gatewayRoom } from './features/gateway/routes.ts'
import { groupsRoom } from './features/groups/routes.ts'
import { tellOfOverdueReports } from './features/intake/jobs.ts'
import { intakeRoom } from './features/intake/routes.ts'
import { securityTxtRoom } from './features/intake/security-txt.ts'
import { orderNightlyChecks, runChecks } from './features/integrity/checks.ts'
import { remindOfFaults } from './features/integrity/reminders.ts'
import { integrityRoom } from './features/integrity/routes.ts'
import { invitationsRoom } from './features/invitations/routes.ts'
import { limitOf } from './features/limits/door.ts'
import { watchLimits } from './features/limits/job.ts'
import { limitsRoom } from './features/limits/routes.ts'
import { liveRoom } from './features/live/routes.ts'
import { newLooks } from './features/looks/door.ts'
import { looksRoom } from './features/looks/routes.ts'
import { mailRoom } from './features/mail/routes.ts'
import { networksRoom } from './features/networks/routes.ts'
import { peopleRoom } from './features/people/routes.ts'
import { levelsFor } from './features/policies/door.ts'
import { policiesRoom } from './features/policies/routes.ts'
import { settingsRoom } from './features/profile/routes.ts'
import { findCutOff } from './features/recordings/cut-off.ts'
import { recordingsRoom } from './features/recordings/routes.ts'
import { deviceStreams } from './features/relay/devices-door.ts'
import { endOverdueSessions, reviewSessions, stopRelay, watchTheClock } from './features/relay/jobs.ts'
import { peopleStreams } from './features/relay/people-door.ts'
import { approvalsFor } from './features/requests/door.ts'
import { expireRequests } from './features/requests/expire.ts'
import { requestsRoom } from './features/requests/routes.ts'
import { tellNextSteps } from './features/requests/steps.ts'
import { endSessionsLeftOver, forgetTickets } from './features/sessions/door.ts'
import { sessionsRoom } from './features/sessions/routes.ts'
import { readListsFirst } from './features/sign-in/common-passwords.ts'
import { actorOf, actorUnder, endOverdueSignIns } from './features/sign-in/door.ts'
import { forgetOldTries, remindOfPasswords, tellOfFailures } from './features/sign-in/jobs.ts'
import { profileRoom } from './features/sign-in/profile-routes.ts'
import { proofRoom } from './features/sign-in/proof-routes.ts'
import { signInRoom } from './features/sign-in/routes.ts'
import { telemetryRoom } from './features/telemetry/routes.ts'
import { endOverdueViewings } from './features/viewing/door.ts'
import { viewingRoom } from './features/viewing/routes.ts'
import type { Access, House, Job } from './kernel/house.ts'
import { answerError, answerNotFound } from './kernel/http/answers.ts'
import { readToken } from './kernel/http/cookies.ts'
import { whereFrom } from './kernel/http/from.ts'
import { sameOriginOnly, withSecurityHeaders } from './kernel/http/headers.ts'
import type { RoomEnv } from './kernel/http/room-env.ts'
import { spa } from './kernel/http/spa.ts'
import type { Upgrade } from './kernel/http/upgrades.ts'
import { verifier } from './kernel/http/verifier.ts'
import { newId } from './kernel/ids.ts'
import { sendMails } from './kernel/outbox/send.ts'

/** The people's rooms, under /api. */
export const peoplesRooms = new Hono<RoomEnv>()
  .route('/', signInRoom)
  .route('/', proofRoom)
  .route('/', factorsRoom)
  .route('/', profileRoom)
  .route('/', settingsRoom)
  .route('/', liveRoom)
  .route('/', limitsRoom)
  .route('/', erasuresRoom)
  .route('/', auditRoom)
  .route('/', integrityRoom)
  .route('/', exportsRoom)
  .route('/', peopleRoom)
  .route('/', networksRoom)
  .route('/', groupsRoom)
  .route('/', invitationsRoom)
  .route('/', mailRoom)
  .route('/', customersRoom)
  .route('/', modelsRoom)
  .route('/', devicesRoom)
  .route('/', policiesRoom)
  .route('/', telemetryRoom)
  .route('/', alarmsRoom)
  .route('/', actionsRoom)
  .route('/', requestsRoom)
  .route('/', sessionsRoom)
  .route('/', recordingsRoom)
  .route('/', intakeRoom)
  .route('/', viewingRoom)
  .route('/', looksRoom)

/** The devices' face, under /agent/v1. */
export const devicesRooms = new Hono<RoomEnv>().route('/', gatewayRoom)

/** What is at the root, and not for our pages: it asks for neither our origin nor our header. */
export const rootRooms = new Hono<RoomEnv>().route('/', browserReportsRoom).route('/', securityTxtRoom)

/** Every kind of WebSocket. */
export const upgrades: readonly Upgrade[] = [controlDoor, peopleStreams, deviceStreams]

/** What has to be done again and again. */
export const jobs: readonly Job[] = [
  endOverdueSignIns,
  endOverdueViewings,
  expireRequests,
  tellNextSteps,
  watchTheClock,
  reviewSessions,
  endOverdueSessions,
  findCutOff,
  forgetTickets,
  expireActions,
  pingDevices,
  markSilentDevices,
  forgetOldAssertions,
  tellOfFailures,
  remindOfPasswords,
  forgetOldTries,
  tellOfOverdueReports,
  sendMails,
  copyLogs,
  watchLimits,
  erasePeople,
  sequenceEvents,
  signCheckpoints,
  orderNightlyChecks,
  runChecks,
  remindOfFaults,
  makeSmallExports,
  makeLargeExports,
  expireExports,
]

/** Done once, before the first door opens. */
export const beforeOpening: readonly ((house: House) => Promise<void>)[] = [
  readListsFirst,
  endSessionsLeftOver,
  watchLimits.run,
]

/** Done once, before the connections are cut. */
export const beforeClosing: readonly ((house: House) => Promise<void>)[] = [stopExports, stopRelay]

/** The questions the kernel asks of rooms it does not know. */
export const accessOf = (house: () => House, looks = newLooks()): Access => ({
  look: (actor, at) => looks(house(), actor, at),
  actor: (token, from) => actorOf(house(), token, from),
  actorUnder: (signInId, from) => actorUnder(house(), signInId, from),
  reach: (actor) => reachOf(house().db, actor),
  facts: async (db, actor, target) => {
    const [policy, approvals] = await Promise.all([
      levelsFor(db, target),
      target.kind === 'device' ? approvalsFor(db, target.deviceId, actor.id) : [],
    ])
    return { policy, approvals, limit: limitOf(house(), target.kind === 'maker' ? null : target.customerId) }
  },
  limit: (customerId) => limitOf(house(), customerId),
})

const builtPages = fileURLToPath(new URL('../../web/dist', import.meta.url))
const builtVerifier = fileURLToPath(new URL('../../verify/dist', import.meta.url))
const largestBody = 1024 * 1024

/** The list of rooms, put behind one set of headers, limits and answers. */
export const appOf = (house: House) => {
  const app = new Hono<RoomEnv>()
  app.use(async (c, next) => {
    c.set('house', house)
    c.set('correlationId', newId())
    c.set(
      'from',
      whereFrom(house.settings.trustedProxies, getConnInfo(c).remote.address, c.req.header('x-forwarded-for')),
    )
    c.set('token', readToken(c.req.header('cookie')))
    await next()
  })
  app.use(withSecurityHeaders)
  // The devices' face has its own limits, one per route.
  app.use('/api/*', bodyLimit({ maxSize: largestBody }))
  app.use('/api/*', sameOriginOnly, async (c, next) => {
    await next()
    c.res.headers.set('Cache-Control', 'no-store')
  })
  app.route('/api', peoplesRooms)
  app.route('/agent/v1', devicesRooms)
  app.route('/', rootRooms)
  app.route('/', verifier(builtVerifier))
  app.route('/', spa(builtPages))
  app.onError(answerError)
  app.notFound(answerNotFound)
  return app
}
