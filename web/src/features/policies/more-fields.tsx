import type { Activity } from '@gatehouse/shared/activities'
import { sessionActivities } from '@gatehouse/shared/activities'
import { type Direction, directions, longestSession, type Rule } from '@gatehouse/shared/policies/policy'
import { Group, NumberInput, Select, Stack, Switch } from '@mantine/core'
import classes from './policy.module.css'

const ways: Record<Direction, string> = {
  none: 'Neither way',
  to_device: 'To the device',
  from_device: 'From the device',
  both: 'Both ways',
}

const Way = ({ label, value, onChange }: { label: string; value: Direction; onChange: (way: Direction) => void }) => (
  <Select
    label={label}
    w="12rem"
    allowDeselect={false}
    data={directions.map((way) => ({ value: way, label: ways[way] }))}
    value={value}
    onChange={(way) => way && onChange(way as Direction)}
  />
)

const Minutes = ({
  label,
  description,
  value,
  min,
  max,
  error,
  onChange,
}: {
  label: string
  description: string
  value: number
  min: number
  max: number
  error: string | undefined
  onChange: (minutes: number) => void
}) => (
  <NumberInput
    label={label}
    description={description}
    w="100%"
    maw="18rem"
    suffix=" minutes"
    min={min}
    max={max}
    step={5}
    allowDecimal={false}
    clampBehavior="blur"
    error={error}
    // An empty field is kept as 0, and shown as empty where 0 is none of its numbers.
    value={value === 0 && min > 0 ? '' : value}
    onChange={(minutes) => onChange(Number(minutes))}
  />
)

/** What a rule says beside its answers. */
export const MoreFields = ({
  activity,
  rule,
  faults,
  onChange,
}: {
  activity: Activity
  rule: Rule
  faults: Readonly<Record<string, string>>
  onChange: (rule: Rule) => void
}) => {
  const isChannel = (sessionActivities as readonly Activity[]).includes(activity)
  const write = (more: Partial<Rule>) => onChange({ ...rule, ...more })
  return (
    <details className={classes.more} open={Object.keys(faults).some((path) => path.endsWith('Minutes')) || undefined}>
      <summary>How long, and {isChannel ? 'what a session may carry' : 'what may still finish'}</summary>
      <Stack gap="sm" mt="sm">
        <Group gap="lg" align="flex-start">
          <Minutes
            label="At the longest"
            description="Nobody can be given longer at once."
            value={rule.longestMinutes}
            min={5}
            max={longestSession}
            error={faults.longestMinutes && `From 5 to ${longestSession} minutes`}
            onChange={(longestMinutes) => write({ longestMinutes })}
          />
          {(rule.inside !== rule.outside || rule.graceMinutes > 0) && (
            <Minutes
              label="To finish when a window closes"
              description="What runs may go on for so long; nothing begins."
              value={rule.graceMinutes}
              min={0}
              max={60}
              error={faults.graceMinutes && 'From 0 to 60 minutes'}
              onChange={(graceMinutes) => write({ graceMinutes })}
            />
          )}
        </Group>
        {isChannel && (
          <>
            <Group gap="lg" align="flex-start">
              <Way label="Files" value={rule.files} onChange={(files) => write({ files })} />
              <Way label="Clipboard" value={rule.clipboard} onChange={(clipboard) => write({ clipboard })} />
            </Group>
            <Switch
              label="A recording is required"
              checked={rule.recorded}
              onChange={(event) => write({ recorded: event.currentTarget.checked })}
            />
          </>
        )}
      </Stack>
    </details>
  )
}
