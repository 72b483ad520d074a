import { type Activity, deviceActivities } from '@gatehouse/shared/activities'
import { type PolicyAnswer, plainRule, policyAnswers } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/views'
import { Alert, Button, List, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconLock } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { counted } from '../../kernel/format.ts'
import { Section } from '../../ui/page.tsx'
import type { PolicyDraft } from './draft.ts'
import { cellAt, type Level, levelsWith, type Place, placeSays, type RuleChange } from './levels.ts'
import { PlacePicker } from './place-picker.tsx'
import classes from './policy.module.css'
import { activitySays, answerSays, holdsSays, ruleSays } from './words.ts'

const lockSays: Partial<Record<Place['level'], string>> = {
  customer: 'Locked: no site, model or device may say otherwise',
  site: 'Locked: no model or device there may say otherwise',
  model: 'Locked: no device of it may say otherwise',
}

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
          {place &&
            deviceActivities.map((activity) => (
              <RuleField key={activity} activity={activity} place={place} levels={levels} draft={draft} />
            ))}
        </Stack>
        <div className={classes.bar}>
          <Text role="status">{unsaved ? `${counted(count, 'change')} not saved yet` : 'Nothing is changed yet'}</Text>
          <div className={classes.own}>
            <Button variant="default" onClick={draft.drop}>
              {unsaved ? 'Discard' : 'Close'}
            </Button>
            <Button disabled={!unsaved || meanwhile !== undefined} onClick={onSave}>
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
                {activitySays(activity)}: {ruleSays(before, place)} → {ruleSays(after, place)}
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

const RuleField = ({
  activity,
  place,
  levels,
  draft,
}: {
  activity: Activity
  place: Place
  levels: readonly Level[]
  draft: PolicyDraft
}) => {
  const phone = useMediaQuery('(max-width: 62em)')
  const rule = draft.rules[activity]
  const { holds, by, overruled, except } = cellAt(levels, place, activity)
  const { [activity]: _, ...others } = draft.rules
  const above = cellAt(levelsWith(levels, place, others), place, activity)
  const lock = lockSays[place.level]
  const timed = rule !== undefined && rule.inside !== rule.outside
  const choose = (value: string) => {
    if (value === 'timed') return
    const answer = value as PolicyAnswer
    draft.edit(
      activity,
      value === 'above' ? null : { ...(rule ?? plainRule(answer)), inside: answer, outside: answer, windows: [] },
    )
  }
  return (
    <fieldset className={classes.rule}>
      <legend>{activitySays(activity)}</legend>
      <Stack gap="sm" align={phone ? 'stretch' : 'flex-start'}>
        <SegmentedControl
          aria-label={activitySays(activity)}
          fullWidth={phone}
          orientation={phone ? 'vertical' : 'horizontal'}
          value={timed ? 'timed' : (rule?.inside ?? 'above')}
          onChange={choose}
          data={[
            {
              value: 'above',
              label: `${place.level === 'customer' ? 'No rule' : 'As above'}: ${holdsSays(above.holds)}`,
            },
            ...policyAnswers.map((value) => ({ value, label: answerSays[value] })),
            ...(timed ? [{ value: 'timed', label: 'By the clock' }] : []),
          ]}
        />
        {timed && <Text>{holdsSays(rule)}, by the clock of the site.</Text>}
        {rule && lock && (
          <Switch
            label={lock}
            thumbIcon={rule.locked ? <IconLock size={12} aria-hidden /> : undefined}
            checked={rule.locked}
            onChange={(event) => draft.edit(activity, { ...rule, locked: event.currentTarget.checked })}
          />
        )}
        {overruled && by && (
          <Alert color="amber">
            “{placeSays(by)}” is locked on {holdsSays(holds)}. What is chosen here does not count while that lock
            stands.
          </Alert>
        )}
        {except.map((one) => (
          <Text key={one.by.levelId} c="dimmed" size="sm">
            At {one.by.name} it is {holdsSays(one.holds)}.
          </Text>
        ))}
      </Stack>
    </fieldset>
  )
}
