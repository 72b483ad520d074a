import type { Activity } from '@gatehouse/shared/activities'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { Text } from '@mantine/core'
import { useServerNow } from '../../kernel/now.ts'
import classes from './approvals.module.css'
import type { Answer } from './queries.ts'
import { ifApproved, stillNeeded, usualWindow } from './words.ts'

/** What each kind of answer is given. */
export interface Part {
  request: RequestView
  busy: boolean
  answer(given: Omit<Answer, 'hash'>): void
  onBack(): void
}

/** What approving means, in one sentence. */
export const Means = ({
  request,
  giving,
}: {
  request: RequestView
  giving: { activities: Activity[]; minutes: number }
}) => {
  const now = useServerNow(60_000)
  return (
    <div className={classes.means}>
      <Text fw={600}>If you approve</Text>
      <Text>
        {ifApproved(request, { ...giving, ...usualWindow(request, now) })} You can watch, and stop it at any time.
      </Text>
      {stillNeeded(request) > 0 && (
        <Text fw={600} mt="xs">
          Your approval alone opens nothing: a second person has to approve it as well.
        </Text>
      )}
      {request.watched && (
        <Text mt="xs">Nothing reaches the device unless somebody of {request.customer.name} watches.</Text>
      )}
    </div>
  )
}
