import type { PolicyVersionView } from '@gatehouse/shared/views/policies'
import { Text } from '@mantine/core'
import { changesOf } from './levels.ts'
import classes from './policy.module.css'
import { activitySays, ruleSays } from './words.ts'

/** What became of the rules of one place: each activity with what was said before and after. */
export const ChangeList = ({ change }: { change: Pick<PolicyVersionView, 'level' | 'before' | 'after'> }) => {
  const changes = changesOf(change.before, change.after)
  if (changes.length === 0) return <Text c="dimmed">Nothing: it was saved as it stood.</Text>
  return (
    <ul className={classes.changes}>
      {changes.map(({ activity, before, after }) => (
        <li key={activity}>
          <span className={classes.what}>{activitySays(activity)}</span> <del>{ruleSays(before, change, activity)}</del>{' '}
          <span aria-hidden>→</span> <ins>{ruleSays(after, change, activity)}</ins>
        </li>
      ))}
    </ul>
  )
}
