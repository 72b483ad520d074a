import type { LadderStep } from '@gatehouse/shared/policies/policy'
import { awaitsAnswer, openStates } from '@gatehouse/shared/requests/request-states'
import type { Named } from '@gatehouse/shared/views/basics'
import { and, eq, inArray, isNull, lte } from 'drizzle-orm'
import { bySystem } from '../../kernel/actor.ts'
import { append, type Entry, entry } from '../../kernel/audit/append.ts'
import { minutes } from '../../kernel/clock.ts'
import type { Tx } from '../../kernel/database/connect.ts'
import { forEach } from '../../kernel/each.ts'
import type { House, Job } from '../../kernel/house.ts'
import { membersOf, namesOnLadder } from '../groups/door.ts'
import { peopleGranted } from '../people/door.ts'
import { tellOneOf } from '../profile/door.ts'
import { mailToApprover, mailToNext } from './mails.ts'
import { consentsThatCount, questionOf } from './shown.ts'
import { changedSignals } from './signals.ts'
import { type ConsentRow, type KnownRequest, lockRequest, type RequestRow, requestById, type StepRow } from './store.ts'
import { request, requestStep } from './tables.ts'

/** How many requests are looked at in one go. */
const batch = 200

/** Keeps the ladder of a new request: what becomes of the policy's later changes nothing. Everybody else comes last. */
export const keepSteps = async (tx: Tx, row: RequestRow, ladder: readonly LadderStep[]): Promise<void> => {
  if (ladder.length === 0) return
  const names = await namesOnLadder(
    tx,
    row.customerId,
    ladder.flatMap(({ who }) => who),
  )
  let dueAt = row.madeAt
  const steps = [...ladder, { who: [], minutes: 0 }].map(({ who, minutes: lasts }, i) => {
    const step = { requestId: row.id, customerId: row.customerId, step: i + 1, dueAt, who }
    dueAt += minutes(lasts)
    return { ...step, names: who.map((id) => names.get(id) ?? 'somebody') }
  })
  await tx.insert(requestStep).values(steps)
}

/** Everybody who may answer, and has not yet. */
const remaining = async (tx: Tx, known: KnownRequest, given: readonly ConsentRow[]) =>
  (await peopleGranted(tx, known.customerId, 'session.approve', known)).filter(
    // Nobody answers himself, and no yes counts twice.
    ({ id }) => id !== known.row.technicianId && !given.some(({ personId }) => personId === id),
  )

const mailTo = (house: House, tx: Tx, known: KnownRequest, given: readonly ConsentRow[], people: readonly Named[]) =>
  tellOneOf(house, tx, 'asked', people, (to) =>
    given.length > 0 ? mailToNext(house, to, known, given) : mailToApprover(house, to, known),
  )

const toldOf = (steps: readonly StepRow[]): string[] => steps.flatMap(({ toldIds }) => toldIds ?? [])

/** Whom a step reaches now that was not told before, and whom of those it names it does not reach any more. */
const reachedBy = async (tx: Tx, known: KnownRequest, { who, names }: StepRow, given: readonly ConsentRow[]) => {
  const may = await remaining(tx, known, given)
  const told = toldOf(known.steps)
  const members = await membersOf(tx, known.customerId, who)
  const means = (id: string): string[] => [id, ...(members.get(id) ?? [])]
  const named = new Set(who.flatMap(means))
  const can = new Set([...may.map(({ id }) => id), ...given.map(({ personId }) => personId)])
  return {
    people: may.filter(({ id }) => (who.length === 0 || named.has(id)) && !told.includes(id)),
    leftOut: names.filter((_, i) => !means(who[i] ?? '').some((id) => can.has(id))),
  }
}

/**
 * Tells the steps of a request that are due, once each; a step that reaches nobody passes it on at once, and so does the
 * first one where `passOn` says that nobody of those told is left. The caller holds the request.
 */
export const tellSteps = async (
  tx: Tx,
  house: House,
  known: KnownRequest,
  given: readonly ConsentRow[],
  now: number,
  passOn = false,
): Promise<Entry[]> => {
  const entries: Entry[] = []
  let next = passOn
  for (const step of known.steps) {
    if (step.toldAt !== null) continue
    if (!next && step.dueAt > now) break
    const { people, leftOut } = await reachedBy(tx, known, step, given)
    const told = {
      toldAt: now,
      toldIds: people.map(({ id }) => id),
      toldNames: people.map(({ name }) => name),
      leftOut,
    }
    await tx
      .update(requestStep)
      .set(told)
      .where(and(eq(requestStep.requestId, known.row.id), eq(requestStep.step, step.step), isNull(requestStep.toldAt)))
    Object.assign(step, told)
    if (people.length > 0) await mailTo(house, tx, known, given, people)
    next = people.length === 0
    if (people.length === 0 && leftOut.length === 0) continue
    const fields = {
      people: told.toldNames.join(', ') || 'nobody',
      ...{ step: step.step, steps: known.steps.length },
      leftOut: leftOut.length > 0 ? `; left out: ${leftOut.join(', ')}, who may not answer it` : '',
    }
    entries.push(entry({ by: bySystem, event: 'request.told', fields, about: known.about }))
  }
  return entries
}

/** Tells whoever is to be told of a new request: its first step, or all who may answer. */
export const tellOfNew = async (tx: Tx, house: House, known: KnownRequest, now: number): Promise<Entry[]> => {
  if (known.steps.length > 0) return tellSteps(tx, house, known, [], now)
  await mailTo(house, tx, known, [], await remaining(tx, known, []))
  return []
}

/** Tells those who have been told already, or the next of them, that another approval is needed. */
export const tellOfFirst = async (
  tx: Tx,
  house: House,
  known: KnownRequest,
  given: readonly ConsentRow[],
  now: number,
): Promise<Entry[]> => {
  const told = toldOf(known.steps)
  const left = (await remaining(tx, known, given)).filter(({ id }) => known.steps.length === 0 || told.includes(id))
  if (left.length > 0) await mailTo(house, tx, known, given, left)
  return left.length > 0 ? [] : tellSteps(tx, house, known, given, now, true)
}

const tellNextOf = async (house: House, id: string): Promise<void> => {
  const now = house.clock.now()
  const signals = await house.db.transaction(async (tx) => {
    await lockRequest(tx, id)
    const known = await requestById(tx, id)
    // Somebody has answered meanwhile, or the time is over.
    if (!known || !awaitsAnswer(known.row.state) || now >= known.row.answerBefore) return []
    const entries = await tellSteps(tx, house, known, consentsThatCount(questionOf(house, known), known), now)
    await append(tx, now, entries)
    return changedSignals(known, id)
  })
  for (const signal of signals) house.bus.publish(signal)
}

/** Tells the next ones of every request that nobody has answered in the time of a step. */
export const tellNextSteps: Job = {
  name: 'requests that pass on to the next',
  everySeconds: 1,
  run: async (house) => {
    const rows = await house.db
      .selectDistinct({ id: request.id })
      .from(request)
      .innerJoin(requestStep, eq(requestStep.requestId, request.id))
      .where(
        and(
          inArray(request.state, [...openStates]),
          isNull(requestStep.toldAt),
          lte(requestStep.dueAt, house.clock.now()),
        ),
      )
      .limit(batch)
    await forEach(
      house,
      rows,
      ({ id }) => ({ requestId: id }),
      ({ id }) => tellNextOf(house, id),
    )
  },
}
