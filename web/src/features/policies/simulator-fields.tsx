import { type Activity, activities, activityNames, deviceActivities, isActivity } from '@gatehouse/shared/activities'
import type { Named } from '@gatehouse/shared/views/basics'
import type { CustomerView } from '@gatehouse/shared/views/customers'
import { SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { zoneName } from '../../kernel/format.ts'
import { useServerNow } from '../../kernel/now.ts'
import type { SimulatorQuery } from '../../kernel/paths.ts'
import { wallTime } from '../requests/wall-time.ts'
import { PickPerson } from './pick-person.tsx'
import { PickDevice } from './place-picker.tsx'
import classes from './policy.module.css'
import type { Asked } from './simulator.page.tsx'
import { activitySays } from './words.ts'

/** What can be tried: first what reaches a device, then what else is done to one. */
const choices = [
  { group: 'Reaches the device', items: deviceActivities.map(choice) },
  {
    group: 'Asks no policy',
    items: activityNames
      .filter((name) => activities[name].on === 'device' && !activities[name].touchesDevice)
      .map(choice),
  },
]

function choice(value: Activity) {
  return { value, label: activitySays(value) }
}

/** Who, what, on which device, and when; every choice stands in the address. */
export const SimulatorFields = ({
  customer,
  asked,
  named,
  onChange,
}: {
  customer: CustomerView
  asked: Asked
  /** Whoever is asked about, once his name is known. */
  named: Named | undefined
  onChange: (next: { [Name in keyof SimulatorQuery]?: string | undefined }) => void
}) => {
  const { device, activity, person } = asked
  return (
    <div className={classes.question}>
      <PickPerson customer={customer} value={person} named={named} onChange={(next) => onChange({ person: next })} />
      <Select
        label="What"
        placeholder="Choose one"
        searchable
        allowDeselect={false}
        data={choices}
        value={activity ?? null}
        onChange={(next) => {
          if (next !== null && isActivity(next)) onChange({ activity: next })
        }}
      />
      <PickDevice
        // The name comes after the id in the address.
        key={device?.id}
        policy={{ customer }}
        value={
          device
            ? {
                level: 'device',
                levelId: device.id,
                name: device.name,
                device: { siteId: device.site.id, modelId: device.model.id },
              }
            : null
        }
        disabled={false}
        onChange={(place) => place && onChange({ device: place.levelId })}
      />
      <When asked={asked} onChange={onChange} />
    </div>
  )
}

const When = ({
  asked: { device, wall, moments, again },
  onChange,
}: {
  asked: Asked
  onChange: (next: { at?: string | undefined; again?: string | undefined }) => void
}) => {
  const now = useServerNow(60_000)
  const zone = device?.site.zone
  return (
    <Stack gap="xs">
      <Text component="span" size="sm" fw={500}>
        When
      </Text>
      <SegmentedControl
        aria-label="When"
        disabled={!zone}
        data={[
          { value: 'now', label: 'Now' },
          { value: 'then', label: 'At a date and time' },
        ]}
        value={wall === undefined ? 'now' : 'then'}
        onChange={(next) =>
          onChange({
            at: next === 'now' || !zone ? undefined : wallTime(now, zone),
            again: undefined,
          })
        }
      />
      {!zone && (
        <Text size="sm" c="dimmed">
          Choose the device first: its site says by which clock.
        </Text>
      )}
      {zone && wall !== undefined && (
        <TextInput
          type="datetime-local"
          label={`By the clock at ${device?.site.name}`}
          description={`Time zone ${zone.replaceAll('_', ' ')}`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={wall}
          onChange={(event) => onChange({ at: event.currentTarget.value, again: undefined })}
        />
      )}
      {zone && moments?.kind === 'twice' && (
        <>
          <Text size="sm">In that night the clocks are put back: this time comes twice. Which of the two?</Text>
          <SegmentedControl
            aria-label="Which of the two"
            data={[
              { value: 'first', label: `First (${zoneName(moments.first, zone)})` },
              { value: 'second', label: `Second (${zoneName(moments.second, zone)})` },
            ]}
            value={again ? 'second' : 'first'}
            onChange={(next) => onChange({ again: next === 'second' ? '1' : undefined })}
          />
        </>
      )}
    </Stack>
  )
}
