import type { NewsKind } from '@gatehouse/shared/profile/news'
import { awaitsAnswer, type RequestState } from '@gatehouse/shared/requests/request-states'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { paths } from '../../kernel/paths.ts'

/** Something about a request that somebody should hear of wherever he is. */
export interface News {
  kind: NewsKind
  title: string
  text: string
  to: string
  tone: 'good' | 'bad' | 'open'
}

/** What happened longer ago than this is no news to a page that has not seen it before, ms. */
const fresh = 60_000

/** A request as it stands to a reader: `untold` as long as it waits and he is not among those who were told. */
export type Standing = RequestState | 'untold'

const toldAt = ({ told }: RequestView, meId: string): number | undefined =>
  told?.steps.find(({ people }) => people.some(({ id }) => id === meId))?.at

/** How a request stands to `meId`. Who asked hears of it whoever was told. */
export const standingOf = (request: RequestView, meId: string): Standing =>
  awaitsAnswer(request.state) &&
  request.told !== null &&
  request.technician.id !== meId &&
  toldAt(request, meId) === undefined
    ? 'untold'
    : request.state

/**
 * What a person is told when a request has changed: its technician of the answer, an approver of the question.
 * `before` is the state in which this page has seen it, if it has.
 */
export const newsOf = (
  request: RequestView,
  before: Standing | undefined,
  meId: string,
  now: number,
): News | undefined => {
  const { decision, revoked, device, technician } = request
  const state = standingOf(request, meId)
  if (state === before) return undefined
  const isNew = (at: number) => before !== undefined || now - at < fresh
  if (state === 'waiting' && request.may.decide.ok && isNew(toldAt(request, meId) ?? request.madeAt))
    return {
      kind: 'asked',
      title: `${technician.name} asks for access`,
      text: `${device.name}, ${device.site}: “${request.reason}”`,
      to: paths.approval(request.id),
      tone: 'open',
    }
  const [first] = request.approvals.given
  if (state === 'partly_approved' && first && request.may.decide.ok && isNew(first.at))
    return {
      kind: 'asked',
      title: 'A second approval is needed',
      text: `${first.by.name} has approved it: ${technician.name}, ${device.name}, ${device.site}`,
      to: paths.approval(request.id),
      tone: 'open',
    }
  const { session } = request
  if (session?.state === 'opening' && request.watched && request.may.revoke.ok && isNew(session.startedAt))
    return {
      kind: 'watch_wanted',
      title: `${technician.name} waits for somebody to watch`,
      text: `${device.name}, ${device.site}`,
      to: paths.session(session.id),
      tone: 'open',
    }
  if (technician.id !== meId) return undefined
  const mine = { text: `${device.name}, ${device.site}`, to: paths.request(request.id) }
  if (state === 'approved' && decision && isNew(decision.at))
    return { ...mine, kind: 'answered', title: `Approved by ${decision.by}`, tone: 'good' }
  if (state === 'denied' && decision && isNew(decision.at)) {
    const text = decision.comment ? `${mine.text}: “${decision.comment}”` : mine.text
    return { ...mine, kind: 'answered', text, title: `Denied by ${decision.by}`, tone: 'bad' }
  }
  if (state === 'revoked' && revoked && isNew(revoked.at))
    return { ...mine, kind: 'taken_back', title: `${revoked.by} took the approval back`, tone: 'bad' }
  if (state === 'expired_unanswered' && (before === 'waiting' || before === 'partly_approved'))
    return { ...mine, kind: 'ran_out', title: 'Nobody answered in time', tone: 'bad' }
  if (state === 'expired_unused' && before === 'approved')
    return { ...mine, kind: 'ran_out', title: 'The approval ran out unused', tone: 'bad' }
  return undefined
}
