import { type Activity, policyActivities } from '@gatehouse/shared/activities'
import { Text } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { HoldsBadge } from './answer-badge.tsx'
import { cellAt, type Level, type Place, placeSays } from './levels.ts'
import { wantsSay } from './people-words.ts'
import classes from './policy.module.css'
import { activitySays, holdsSays } from './words.ts'

const AnswerCell = ({
  levels,
  place,
  activity,
  changed,
}: {
  levels: readonly Level[]
  place: Place
  activity: Activity
  changed: boolean
}) => {
  const { own, holds, by, overruled, except } = cellAt(levels, place, activity)
  return (
    <div className={classes.cell} data-changed={changed || undefined}>
      {own ? (
        <span className={classes.own}>
          <HoldsBadge rule={holds} activity={activity} />
          {own.locked && !overruled && (
            <span className={classes.lock}>
              <IconLock size={14} aria-hidden /> locked
            </span>
          )}
        </span>
      ) : (
        <Text component="span" c="dimmed" size="sm">
          {by ? `As above: ${holdsSays(holds, activity)}` : `No rule: ${holdsSays(holds, activity)}`}
        </Text>
      )}
      {own && !overruled && wantsSay(own) && (
        <Text size="xs" c="dimmed">
          {wantsSay(own)}
        </Text>
      )}
      {own && overruled && by && (
        <Text size="xs" c="dimmed">
          Locked by “{placeSays(by)}”. Its own “{holdsSays(own, activity)}” does not count.
        </Text>
      )}
      {except.map((one) => (
        <Text key={one.by.levelId} size="xs" c="dimmed">
          At {one.by.name}: {holdsSays(one.holds, activity)}
        </Text>
      ))}
      {changed && <span className={classes.changed}>Not saved yet</span>}
    </div>
  )
}

/** Who says what: activities that reach a device, across the levels that speak about them. */
export const PolicyTable = ({
  levels,
  places,
  isChanged,
}: {
  levels: readonly Level[]
  /** The columns, from all devices to the single one. */
  places: readonly Place[]
  /** True for a cell with an edit that is not saved. */
  isChanged: (place: Place, activity: Activity) => boolean
}) => {
  const columns: Column<Activity>[] = [
    {
      id: 'activity',
      header: 'What a technician could do',
      headline: true,
      cell: (activity) => <span className={classes.activity}>{activitySays(activity)}</span>,
    },
    ...places.map(
      (place): Column<Activity> => ({
        id: `${place.level} ${place.levelId}`,
        header: placeSays(place),
        cell: (activity) => (
          <AnswerCell levels={levels} place={place} activity={activity} changed={isChanged(place, activity)} />
        ),
      }),
    ),
  ]
  return <DataTable label="Policy" columns={columns} rows={policyActivities} rowKey={(activity) => activity} />
}
