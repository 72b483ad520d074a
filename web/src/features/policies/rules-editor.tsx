import { policyActivities } from '@gatehouse/shared/activities'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Alert, Button, List, Stack, Text } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { counted } from '../../kernel/format.ts'
import { Section } from '../../ui/page.tsx'
import { customerQuery } from '../customers/queries.ts'
import type { PolicyDraft } from './draft.ts'
import { type Level, type Place, placeSays, type RuleChange } from './levels.ts'
import { PlacePicker } from './place-picker.tsx'
import classes from './policy.module.css'
import { RuleField } from './rule-field.tsx'
import { sitesOf } from './sites.ts'
import { faultsOf } from './week.ts'
import { activitySays, ruleSays } from './words.ts'

/** Changes the rules of one place of a policy. */
export const RulesEditor = ({
  policy,
  draft,
  levels,
  onSave,
}: {
  policy: PolicyView
  draft: PolicyDraft
  /** The policy with the edits in place. */
  levels: readonly Level[]
  onSave: () => void
}) => {
  const { place, unsaved, meanwhile } = draft
  const frame = useRef<HTMLDivElement>(null)
  // The button that opened it is gone; whoever works by keyboard goes on here.
  useEffect(() => frame.current?.focus(), [])
  const count = Object.keys(draft.edits).length
  const customer = useQuery(customerQuery(policy.customer.id))
  const faulty = policyActivities.filter((activity) => Object.keys(faultsOf(draft.rules[activity])).length > 0)
  return (
    <div ref={frame} tabIndex={-1} className={classes.editor}>
      <Section title="Change the rules">
        <Stack gap="lg">
          <Stack gap="xs">
            <Text fw={600}>For which devices?</Text>
            <PlacePicker policy={policy} value={place} disabled={unsaved} onChange={draft.choose} />
            {unsaved && (
              <Text c="dimmed" size="sm">
                Save or discard what you have changed before you go on to other devices.
              </Text>
            )}
          </Stack>
          {meanwhile && place && <Meanwhile place={place} changes={meanwhile} onGoOn={draft.goOn} />}
          {place && place.level !== 'customer' && Object.keys(draft.rules).length > 0 && (
            <Button
              variant="default"
              className={classes.start}
              leftSection={<IconArrowBackUp size={16} aria-hidden />}
              onClick={draft.reset}
            >
              Reset all rules of {placeSays(place)} to what holds above
            </Button>
          )}
          {place &&
            policyActivities.map((activity) => (
              <RuleField
                key={activity}
                activity={activity}
                place={place}
                levels={levels}
                sites={sitesOf(customer.data?.sites ?? [], place)}
                people={policy.people}
                draft={draft}
              />
            ))}
        </Stack>
        <div className={classes.bar}>
          <Text role="status">
            {unsaved ? `${counted(count, 'change')} not saved yet` : 'Nothing is changed yet'}
            {faulty.length > 0 && `. Something is missing: ${faulty.map(activitySays).join(', ')}`}
          </Text>
          <div className={classes.own}>
            <Button variant="default" onClick={draft.drop}>
              {unsaved ? 'Discard' : 'Close'}
            </Button>
            <Button disabled={!unsaved || meanwhile !== undefined || faulty.length > 0} onClick={onSave}>
              Look over and save
            </Button>
          </div>
        </div>
      </Section>
    </div>
  )
}

const Meanwhile = ({
  place,
  changes,
  onGoOn,
}: {
  place: Place
  changes: readonly RuleChange[]
  onGoOn: () => void
}) => (
  <Alert color="amber" role="alert" title="Somebody changed this policy meanwhile">
    <Stack gap="sm" align="flex-start">
      {changes.length === 0 ? (
        <Text>Not these rules, but others of the same policy: look at the table above.</Text>
      ) : (
        <>
          <Text>Here they changed:</Text>
          <List>
            {changes.map(({ activity, before, after }) => (
              <List.Item key={activity}>
                {activitySays(activity)}: {ruleSays(before, place, activity)} → {ruleSays(after, place, activity)}
              </List.Item>
            ))}
          </List>
        </>
      )}
      <Text>What you changed is still here, on top of what stands now.</Text>
      <Button variant="default" onClick={onGoOn}>
        I have seen it, go on
      </Button>
    </Stack>
  </Alert>
)
