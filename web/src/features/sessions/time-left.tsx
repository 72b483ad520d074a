import type { SessionView } from '@gatehouse/shared/views/sessions'
import { VisuallyHidden } from '@mantine/core'
import { IconClockHour9 } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNow, useServerNow } from '../../kernel/now.ts'
import { announcement, timeLeft, urgencyOf } from './clock.ts'
import { sessionQuery } from './queries.ts'
import classes from './sessions.module.css'

/** The server's time by what this session's answer said of it, or what is known of it otherwise; drawn every second. */
const useSessionNow = (session: SessionView): number => {
  const answer = useQueryClient().getQueryState(sessionQuery(session.id).queryKey)
  const usual = useServerNow()
  const exact = useNow(1_000, answer?.data ? answer.data.now - answer.dataUpdatedAt : 0)
  return answer?.data ? exact : usual
}

/** What is left of a session; it is told aloud five minutes and one minute before the end. */
export const TimeLeft = ({ session }: { session: SessionView }) => {
  const left = session.endsAt - useSessionNow(session)
  const urgency = urgencyOf(left)
  return (
    <span className={classes.left} data-urgency={urgency}>
      <IconClockHour9 size={16} aria-hidden />
      <span role="timer" aria-live="off" data-tabular>
        {left > 0 ? `${timeLeft(left)} left` : 'Time is over'}
      </span>
      <VisuallyHidden role="status">{announcement[urgency]}</VisuallyHidden>
    </span>
  )
}
