import type { PolicyAnswer, Rule } from '@gatehouse/shared/policies/policy'
import { Text } from '@mantine/core'
import { IconBan, IconCheck, IconClock, IconMessageQuestion } from '@tabler/icons-react'
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
      <StateBadge look={{ icon: IconClock, colour: 'slate', says: 'By the clock' }} />
      <Text component="span" display="block" size="sm" mt={4}>
        {holdsSays(rule)}
      </Text>
    </span>
  )
