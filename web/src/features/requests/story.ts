import { activities } from '@gatehouse/shared/activities'
import { awaitsAnswer, requestStateSays } from '@gatehouse/shared/requests/request-states'
import { sessionCauses } from '@gatehouse/shared/sessions/session-states'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { givenSays } from './given-words.ts'
import { duration, inZone, listed } from './words.ts'

/** One thing that happened to a request, or that it waits for. */
export interface Step {
  title: string
  /** When it happened, ms; `null` for what is still to come. */
  at: number | null
  tone: 'good' | 'bad' | 'quiet' | 'open'
  /** What somebody wrote. */
  quote?: string
  text?: string
}

type Story = (r: RequestView, now: number) => Step[]

/** In what way less was given than asked; nothing where all of it was. */
export const givenLess = (r: RequestView): string | undefined => {
  const { decision } = r
  if (decision?.minutes == null || decision.activities === null) return undefined
  const given = decision.activities
  const without = r.activities
    .filter((name) => !given.includes(name))
    .map((name) => activities[name].says.toLowerCase())
  const parts = [
    ...(decision.minutes < r.minutes ? [`${duration(decision.minutes)} instead of ${duration(r.minutes)}`] : []),
    ...(without.length > 0 ? [`not: ${listed(without)}`] : []),
  ]
  return parts.length > 0 ? `Less than was asked: ${parts.join('; ')}` : undefined
}

/** Each yes by itself, where more than one was needed or more than one was said. */
const approvals: Story = (r) => {
  const { needed, given } = r.approvals
  if (needed < 2 && !awaitsAnswer(r.state) && given.length < 2) return []
  let count = 0
  return given.map((one) => {
    if (one.counts) count += 1
    return {
      title: `Approved by ${one.by.name}${one.counts && needed > 1 ? `, ${count} of ${needed}` : ''}`,
      at: one.at,
      tone: one.counts ? 'good' : 'quiet',
      quote: one.comment,
      text: one.counts ? givenSays(r, one) : 'It counts no more: what was shown has changed since.',
    }
  })
}

const answer: Story = (r) => {
  const { decision } = r
  if (awaitsAnswer(r.state))
    return [
      {
        title: requestStateSays[r.state],
        at: null,
        tone: 'open',
        text: `Expires ${inZone(r.answerBefore, r.device.zone)}`,
      },
    ]
  if (r.state === 'expired_unanswered')
    return [
      {
        title: r.approvals.given.length > 0 ? 'No second approval in time' : 'Nobody answered in time',
        ...{ at: r.answerBefore, tone: 'quiet', text: 'Silence is never a yes.' },
      },
    ]
  if (!decision) return []
  const said = { at: decision.at, quote: decision.comment }
  return r.state === 'denied'
    ? [{ ...said, title: `Denied by ${decision.by}`, tone: 'bad' }]
    : approvals(r, 0).length > 0
      ? [{ at: decision.at, title: 'Approved', tone: 'good', text: givenLess(r) }]
      : [{ ...said, title: `Approved by ${decision.by}`, tone: 'good', text: givenLess(r) }]
}

const takenBack: Story = (r) => {
  if (r.state === 'withdrawn') return [{ title: `Withdrawn by ${r.technician.name}`, at: null, tone: 'quiet' }]
  if (!r.revoked) return []
  return [{ title: `Taken back by ${r.revoked.by}`, at: r.revoked.at, tone: 'bad', quote: r.revoked.comment }]
}

const session: Story = (r) => {
  if (!r.session) return []
  const { state, cause, startedAt, endedAt } = r.session
  const opened: Step = { title: 'Session opened', at: startedAt, tone: 'good' }
  if (state !== 'ended') return [opened, { title: 'The session is running', at: null, tone: 'open' }]
  return [
    opened,
    { title: 'Session ended', at: endedAt, tone: 'quiet', text: cause ? `${sessionCauses[cause]}.` : undefined },
  ]
}

const stillToCome: Story = (r, now) => {
  const { decision, device } = r
  if (decision?.useBefore == null || decision.notBefore === null) return []
  if (r.state === 'expired_unused') return [{ title: 'Not used in time', at: decision.useBefore, tone: 'quiet' }]
  if (r.state !== 'approved' || r.session) return []
  // An approval for now has begun, whatever a clock here that runs a little late says.
  const from = decision.notBefore > now + 60_000 ? `not before ${inZone(decision.notBefore, device.zone)}, and ` : ''
  const text = `To be begun ${from}before ${inZone(decision.useBefore, device.zone)}`
  return [{ title: 'Not used yet', at: null, tone: 'open', text }]
}

/** What became of a request, in order; what it waits for comes last. */
export const storyOf: Story = (r, now) => {
  const asked: Step = { title: `Asked by ${r.technician.name}`, at: r.madeAt, tone: 'good' }
  const steps = [approvals, answer, takenBack, session, stillToCome].flatMap((part) => part(r, now))
  const order = (step: Step) => step.at ?? Number.POSITIVE_INFINITY
  return [asked, ...steps.sort((a, b) => order(a) - order(b))]
}
