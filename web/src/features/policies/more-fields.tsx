import type { Activity } from '@gatehouse/shared/activities'
import { sessionActivities } from '@gatehouse/shared/activities'
import { longestSession, type Rule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Alert, Group, NumberInput, Stack, Switch } from '@mantine/core'
import { useState } from 'react'
import { LadderField } from './ladder-field.tsx'
import { peopleFaults } from './people-words.ts'
import classes from './policy.module.css'
import { activitySays } from './words.ts'

/** What somebody asks for: how many have to approve it, and who is told first. */
const Asking = ({
  activity,
  rule,
  people,
  write,
}: {
  activity: Activity
  rule: Rule
  people: PolicyView['people']
  write: (more: Partial<Rule>) => void
}) => (
  <>
    <Switch
      label="Two different people have to approve it"
      checked={rule.approvers === 2}
      onChange={(event) => write({ approvers: event.currentTarget.checked ? 2 : 1 })}
    />
    {people && (
      <LadderField
        title={activitySays(activity)}
        ladder={rule.ladder}
        people={people}
        onChange={(ladder) => write({ ladder })}
      />
    )}
    {peopleFaults(rule, people).map((says) => (
      <Alert key={says} color="amber" role="status">
        {says}
      </Alert>
    ))}
  </>
)

const isHere = (path: string) => path.endsWith('Minutes') || path.startsWith('ladder')

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
  people,
  faults,
  onChange,
}: {
  activity: Activity
  rule: Rule
  people: PolicyView['people']
  faults: Readonly<Record<string, string>>
  onChange: (rule: Rule) => void
}) => {
  const isChannel = (sessionActivities as readonly Activity[]).includes(activity)
  const [open, setOpen] = useState(false)
  const wrong = Object.keys(faults).some(isHere)
  const asks = rule.inside === 'ask' || rule.outside === 'ask'
  const write = (more: Partial<Rule>) => onChange({ ...rule, ...more })
  return (
    <details
      className={classes.more}
      open={open || wrong}
      // Opened by what was missing, it stays open when that is there.
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        {asks ? 'Who answers, how long' : 'How long'}, and{' '}
        {isChannel ? 'how a session is looked after' : 'what may still finish'}
      </summary>
      <Stack gap="md" mt="sm">
        {asks && <Asking activity={activity} rule={rule} people={people} write={write} />}
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
            <Switch
              label="A recording is required"
              checked={rule.recorded}
              onChange={(event) => write({ recorded: event.currentTarget.checked })}
            />
            <Switch
              label="Somebody of the customer has to watch"
              description="A session begins only while somebody watches; when the last one leaves it pauses at once, and ends a minute later."
              checked={rule.watched}
              onChange={(event) => write({ watched: event.currentTarget.checked })}
            />
          </>
        )}
      </Stack>
    </details>
  )
}
