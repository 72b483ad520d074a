import { Text, Timeline } from '@mantine/core'
import { IconCheck, IconMessage } from '@tabler/icons-react'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './public-page.module.css'

interface Said {
  at: number
  /** Absent where the reader is not told names. */
  by?: string
}

/** What was answered, and why it was closed, one after the other. People's words stay text. */
export const Answers = ({
  answers,
  closed,
  zone,
}: {
  answers: readonly (Said & { id: string; text: string })[]
  closed: (Said & { reason: string }) | null
  /** IANA zone the times are given in. */
  zone: string
}) => (
  <Timeline bulletSize={24} lineWidth={2} active={answers.length + 1}>
    {answers.map((one) => (
      <Timeline.Item key={one.id} title="Answer" color="petrol" bullet={<IconMessage size={14} aria-hidden />}>
        <p className={classes.written} dir="auto">
          {one.text}
        </p>
        <When said={one} zone={zone} />
      </Timeline.Item>
    ))}
    {closed && (
      <Timeline.Item title="Closed" color="gray" bullet={<IconCheck size={14} aria-hidden />}>
        <p className={classes.written} dir="auto">
          {closed.reason}
        </p>
        <When said={closed} zone={zone} />
      </Timeline.Item>
    )}
  </Timeline>
)

const When = ({ said: { at, by }, zone }: { said: Said; zone: string }) => (
  <Text c="dimmed" size="xs">
    {by && <>{by}, </>}
    <TimeText at={at} zone={zone} withZone />
  </Text>
)
