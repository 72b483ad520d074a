import { type PolicyAnswer, type Rule, stricter } from '@gatehouse/shared/policies/policy'
import { IconBan, IconCheck, IconMessageQuestion } from '@tabler/icons-react'
import { StateBadge, type StateLook } from '../../ui/badges.tsx'
import { answerSays, holdsSays } from './words.ts'

const looks: Record<PolicyAnswer, Omit<StateLook, 'says'>> = {
  always: { icon: IconCheck, colour: 'moss' },
  ask: { icon: IconMessageQuestion, colour: 'amber' },
  never: { icon: IconBan, colour: 'gray' },
}

/** Always, ask first, or never. */
export const AnswerBadge = ({ answer }: { answer: PolicyAnswer }) => (
  <StateBadge look={{ ...looks[answer], says: answerSays[answer] }} />
)

/** What holds, at all times or by the clock. */
export const HoldsBadge = ({ rule }: { rule: Rule }) =>
  rule.inside === rule.outside ? (
    <AnswerBadge answer={rule.inside} />
  ) : (
    <span>
      <AnswerBadge answer={stricter(rule.inside, rule.outside)} /> {holdsSays(rule)}
    </span>
  )
