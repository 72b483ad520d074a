import type { Activity } from '@gatehouse/shared/activities'
import { type PolicyAnswer, plainRule, policyAnswers, type Rule } from '@gatehouse/shared/policies/policy'
import { weekdays } from '@gatehouse/shared/policies/windows'
import type { SiteView } from '@gatehouse/shared/views/customers'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Alert, Button, Group, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowBackUp, IconLock } from '@tabler/icons-react'
import { ClockFields } from './clock-fields.tsx'
import type { PolicyDraft } from './draft.ts'
import { type Cell, cellAt, type Level, levelsWith, type Place, placeSays } from './levels.ts'
import { MoreFields } from './more-fields.tsx'
import classes from './policy.module.css'
import { faultsOf } from './week.ts'
import { activitySays, answersOf, holdsSays } from './words.ts'

const lockSays: Partial<Record<Place['level'], string>> = {
  customer: 'Locked: no site, model or device may say otherwise',
  site: 'Locked: no model or device there may say otherwise',
  model: 'Locked: no device of it may say otherwise',
}

const office = { from: '08:00', to: '17:00', weekdays: [...weekdays.slice(0, 5)], dates: [], except: [] }

/** The rule with the same answer at all times, or with its answer in office hours and never else. */
const ruleWith = (rule: Rule | undefined, value: string): Rule => {
  if (value === 'timed') {
    const inside = rule && rule.inside !== 'never' ? rule.inside : 'ask'
    return { ...(rule ?? plainRule('ask')), inside, outside: 'never', windows: [office] }
  }
  const answer = value as PolicyAnswer
  return { ...(rule ?? plainRule(answer)), inside: answer, outside: answer, windows: [], graceMinutes: 0 }
}

/** What would hold without a rule here, and by whose word. */
const Above = ({ place, above, activity }: { place: Place; above: Cell; activity: Activity }) =>
  place.level === 'customer' ? null : (
    <Text size="sm" c="dimmed">
      {above.by
        ? `Above: ${holdsSays(above.holds, activity)}, by “${placeSays(above.by)}”${above.holds.locked ? ', locked' : ''}.`
        : `Above, nobody has said anything: ${holdsSays(above.holds, activity)}.`}
    </Text>
  )

/** What a place says about one activity. */
export const RuleField = ({
  activity,
  place,
  levels,
  sites,
  people,
  draft,
}: {
  activity: Activity
  place: Place
  levels: readonly Level[]
  /** The sites by whose clocks the rule goes. */
  sites: readonly SiteView[]
  people: PolicyView['people']
  draft: PolicyDraft
}) => {
  const phone = useMediaQuery('(max-width: 62em)')
  const rule = draft.rules[activity]
  const { holds, by, overruled, except } = cellAt(levels, place, activity)
  const { [activity]: _, ...others } = draft.rules
  const above = cellAt(levelsWith(levels, place, others), place, activity)
  const lock = lockSays[place.level]
  // Whoever looks is asked for nothing but the purpose; the page offers it for all times.
  const looking = activity === 'device.view'
  const timed = rule !== undefined && rule.inside !== rule.outside
  const write = (next: Rule | null) => draft.edit(activity, next)
  return (
    <fieldset className={classes.rule}>
      <legend>{activitySays(activity)}</legend>
      <Stack gap="sm" align="stretch">
        <Group gap="sm">
          <SegmentedControl
            aria-label={activitySays(activity)}
            fullWidth={phone}
            w={phone ? '100%' : undefined}
            orientation={phone ? 'vertical' : 'horizontal'}
            value={timed ? 'timed' : (rule?.inside ?? 'above')}
            onChange={(value) => write(value === 'above' ? null : ruleWith(rule, value))}
            data={[
              { value: 'above', label: place.level === 'customer' ? `No rule${looking ? '' : ': Never'}` : 'As above' },
              ...policyAnswers
                .filter((value) => !looking || value !== 'never')
                .map((value) => ({ value, label: answersOf(activity)[value] })),
              ...(looking && !timed ? [] : [{ value: 'timed', label: 'By the clock' }]),
            ]}
          />
          {rule && place.level !== 'customer' && (
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              aria-label={`Reset to what holds above: ${activitySays(activity)}`}
              onClick={() => write(null)}
            >
              Reset to what holds above
            </Button>
          )}
        </Group>
        <Above place={place} above={above} activity={activity} />
        {timed && <ClockFields title={activitySays(activity)} rule={rule} sites={sites} onChange={write} />}
        {rule && !looking && (rule.inside !== 'never' || rule.outside !== 'never') && (
          <MoreFields activity={activity} rule={rule} people={people} faults={faultsOf(rule)} onChange={write} />
        )}
        {rule && lock && (
          <Switch
            label={lock}
            thumbIcon={rule.locked ? <IconLock size={12} aria-hidden /> : undefined}
            checked={rule.locked}
            onChange={(event) => write({ ...rule, locked: event.currentTarget.checked })}
          />
        )}
        {overruled && by && (
          <Alert color="amber">
            “{placeSays(by)}” is locked on {holdsSays(holds, activity)}. What is chosen here does not count while that
            lock stands.
          </Alert>
        )}
        {except.map((one) => (
          <Text key={one.by.levelId} c="dimmed" size="sm">
            At {one.by.name} it is {holdsSays(one.holds, activity)}.
          </Text>
        ))}
      </Stack>
    </fieldset>
  )
}
