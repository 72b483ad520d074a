import { barred } from '@gatehouse/shared/decide'
import { reportFilters, reportKinds, reportLengths, reportSeverities } from '@gatehouse/shared/intake/reports'
import { Line, LineOrNothing, Paragraphs, SearchText } from '@gatehouse/shared/text'
import type {
  IntakeView,
  ReportCounts,
  ReportListRow,
  ReportReceiptView,
  ReportView,
} from '@gatehouse/shared/views/intake'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Actor } from '../../kernel/actor.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { allow, open, theMaker } from '../../kernel/http/allow.ts'
import { limitedBody } from '../../kernel/http/body-limit.ts'
import { asPage, PageQuery, readKey } from '../../kernel/http/pages.ts'
import type { RoomEnv } from '../../kernel/http/room-env.ts'
import { validated } from '../../kernel/http/validated.ts'
import { isUuid } from '../../kernel/ids.ts'
import { presentReport, presentRow, presentStanding } from './present.ts'
import { firstAnswerHours } from './rules.ts'
import { answerReport, closeReport, lookUp, takeReport } from './service.ts'
import { answersOf, countReports, listReports, type ReportRow, reportById } from './store.ts'

const Report = z.strictObject({
  kind: z.enum(reportKinds),
  severity: z.enum(reportSeverities),
  title: Line(reportLengths.title),
  place: LineOrNothing(reportLengths.place),
  details: Paragraphs(reportLengths.details),
  email: z.email('Write an e-mail address, or nothing').max(254).optional(),
})
const Lookup = z.strictObject({ number: z.string().min(1).max(40), key: z.string().min(1).max(60) })
const Filter = z.object({ state: z.enum(reportFilters).default('open'), search: SearchText.optional() })
const Answer = z.strictObject({ text: Paragraphs(reportLengths.answer) })
const Closing = z.strictObject({ reason: Line(reportLengths.reason) })

/** The largest report in UTF-8, with room for JSON's escapes. */
const largestReport = 64 * 1024

/** Whoever is signed in, at a door that is open to everybody; one who has not come all the way in is nobody yet. */
const whoever = async ({ house, token, from }: RoomEnv['Variables']): Promise<Actor | null> => {
  const actor = await house.access.actor(token, from)
  return actor && !barred(actor) ? actor : null
}

/** The report of a path. It is looked for behind the door: whoever may not see reports is not told which there are. */
const theReport = async (house: House, id: string): Promise<ReportRow> => {
  const found = isUuid(id) ? await reportById(house.db, id) : undefined
  if (!found) throw new Refused('not_found')
  return found
}

const shown = async (house: House, actor: Actor, id: string): Promise<ReportView> => {
  const report = await theReport(house, id)
  return presentReport(actor, report, await answersOf(house.db, report.id), house.clock.now())
}

/** Reports of vulnerabilities and data breaches: from anybody, answered by the maker. */
export const intakeRoom = new Hono<RoomEnv>()
  .get('/security', open('how to report something is for everybody'), async (c) => {
    const { settings } = c.var.house
    const actor = await whoever(c.var)
    const view: IntakeView = {
      maker: settings.maker,
      contact: settings.securityContact ?? null,
      firstAnswerHours: { vulnerability: firstAnswerHours('vulnerability'), breach: firstAnswerHours('breach') },
      signedInAs: actor && { name: actor.name, company: actor.company, email: actor.email },
    }
    return c.json(view)
  })
  .post(
    '/security-reports',
    open('whoever has found something may say so, signed in or not'),
    limitedBody(largestReport),
    validated('json', Report),
    async (c) => {
      const { house, from } = c.var
      const receipt: ReportReceiptView = await takeReport(house, await whoever(c.var), from, c.req.valid('json'))
      return c.json(receipt, 201)
    },
  )
  .post(
    '/security-reports/lookup',
    open('the number and the key of a report open what was answered to it'),
    limitedBody(largestReport),
    validated('json', Lookup),
    async (c) => {
      const { report, answers } = await lookUp(c.var.house, c.var.from, c.req.valid('json'))
      return c.json(presentStanding(report, answers))
    },
  )
  .get(
    '/security-reports',
    allow('intake.view', theMaker),
    validated('query', PageQuery.extend(Filter.shape)),
    async (c) => {
      const { house } = c.var
      const { limit, cursor, ...filter } = c.req.valid('query')
      const now = house.clock.now()
      const [before] = readKey(cursor, ['id']) ?? []
      const rows = await listReports(house.db, filter, { before, limit }, now)
      return c.json(
        asPage(
          rows,
          limit,
          (row) => [row.id],
          (row): ReportListRow => presentRow(row, now),
        ),
      )
    },
  )
  .get('/security-reports/counts', allow('intake.view', theMaker), async (c) => {
    const counts: ReportCounts = await countReports(c.var.house.db, c.var.house.clock.now())
    return c.json(counts)
  })
  .get('/security-reports/:reportId', allow('intake.view', theMaker), async (c) =>
    c.json(await shown(c.var.house, c.var.actor, c.req.param('reportId'))),
  )
  .post(
    '/security-reports/:reportId/answers',
    allow('intake.answer', theMaker),
    limitedBody(largestReport),
    validated('json', Answer),
    async (c) => {
      const { house, actor } = c.var
      const { id } = await theReport(house, c.req.param('reportId'))
      await answerReport(house, actor, id, c.req.valid('json').text)
      return c.json(await shown(house, actor, id))
    },
  )
  .post(
    '/security-reports/:reportId/close',
    allow('intake.answer', theMaker),
    validated('json', Closing),
    async (c) => {
      const { house, actor } = c.var
      const { id } = await theReport(house, c.req.param('reportId'))
      await closeReport(house, actor, id, c.req.valid('json').reason)
      return c.json(await shown(house, actor, id))
    },
  )
