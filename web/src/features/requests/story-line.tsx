import type { RequestView } from '@gatehouse/shared/views/requests'
import { Text, Timeline } from '@mantine/core'
import { IconCheck, IconHourglass, IconMinus, IconX } from '@tabler/icons-react'
import { useServerNow } from '../../kernel/now.ts'
import { type Step, storyOf } from './story.ts'
import { inZone } from './words.ts'

const looks = {
  good: { icon: IconCheck, colour: 'moss' },
  bad: { icon: IconX, colour: 'brick' },
  quiet: { icon: IconMinus, colour: 'gray' },
  open: { icon: IconHourglass, colour: 'amber' },
} as const satisfies Record<Step['tone'], unknown>

/** What became of a request, step by step. */
export const Story = ({ request }: { request: RequestView }) => {
  const now = useServerNow(30_000)
  const steps = storyOf(request, now)
  return (
    <Timeline bulletSize={24} lineWidth={2} active={steps.length}>
      {steps.map((step) => {
        const look = looks[step.tone]
        return (
          <Timeline.Item
            key={`${step.title} ${step.at}`}
            color={look.colour}
            title={step.title}
            bullet={<look.icon size={14} aria-hidden />}
            lineVariant={step.tone === 'open' ? 'dashed' : 'solid'}
          >
            {step.quote && (
              <Text component="blockquote" m={0} mb={2} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                “<bdi>{step.quote}</bdi>”
              </Text>
            )}
            {step.text && <Text c="dimmed">{step.text}</Text>}
            {step.at !== null && (
              <Text c="dimmed" size="xs" component="time">
                {inZone(step.at, request.device.zone)}
              </Text>
            )}
          </Timeline.Item>
        )
      })}
    </Timeline>
  )
}
