import { type Activity, policyActivities } from '@gatehouse/shared/activities'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { HoldsBadge } from './answer-badge.tsx'
import { cellAt, type Level, type Place, placeSays } from './levels.ts'
import { wantsSay } from './people-words.ts'
import { PickDevice } from './place-picker.tsx'
import { activitySays } from './words.ts'

const columns = (levels: readonly Level[], place: Place): Column<Activity>[] => [
  { id: 'activity', header: 'What', headline: true, cell: activitySays },
  {
    id: 'answer',
    header: 'Answer',
    cell: (activity) => {
      const { holds } = cellAt(levels, place, activity)
      return (
        <>
          <HoldsBadge rule={holds} activity={activity} />
          <Text size="xs" c="dimmed">
            {wantsSay(holds)}
          </Text>
        </>
      )
    },
  },
  {
    id: 'by',
    header: 'Said by',
    cell: (activity) => {
      const { by } = cellAt(levels, place, activity)
      if (!by) return <Text c="dimmed">Nobody has said anything</Text>
      return `${placeSays(by)}${by.rules[activity]?.locked ? ', locked' : ''}`
    },
  },
]

/** What comes of all rules for one device, and whose rule it is. */
export const DeviceAnswer = ({
  policy,
  levels,
  unsaved,
}: {
  policy: PolicyView
  /** The policy with unsaved edits in place. */
  levels: readonly Level[]
  unsaved: boolean
}) => {
  const [device, setDevice] = useState<Place | null>(null)
  return (
    <Section title="What holds for one device">
      <Stack gap="md">
        <PickDevice policy={policy} value={device} disabled={false} onChange={setDevice} />
        {device && (
          <>
            <DataTable
              label={`What holds for ${device.name}`}
              columns={columns(levels, device)}
              rows={policyActivities}
              rowKey={(activity) => activity}
            />
            {unsaved && <Text c="dimmed">With what you have changed and not saved yet.</Text>}
          </>
        )}
      </Stack>
    </Section>
  )
}
