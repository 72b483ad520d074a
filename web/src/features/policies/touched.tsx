import type { PolicyRules } from '@gatehouse/shared/policies/policy'
import type { PolicyPreview, PolicyView, TouchedPeople } from '@gatehouse/shared/views/policies'
import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Answered } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import type { Place } from './levels.ts'
import classes from './policy.module.css'
import { previewQuery } from './queries.ts'
import { activitySays } from './words.ts'

/** For which devices and for whom something changes, before it is saved. */
export const Touched = ({ policy, place, rules }: { policy: PolicyView; place: Place; rules: PolicyRules }) => (
  <section aria-label="Devices and people">
    <Answered query={useQuery(previewQuery(policy.customer.id, place, rules))}>
      {(preview) => (
        <Stack gap="sm">
          <Devices preview={preview} />
          {preview.devices.changed > 0 && <People preview={preview} customer={policy.customer.name} />}
        </Stack>
      )}
    </Answered>
  </section>
)

const Devices = ({ preview: { devices, activities } }: { preview: PolicyPreview }) => (
  <div>
    <Text fw={600}>
      {devices.changed === 0
        ? 'Nothing changes for any device'
        : `Something changes for ${devices.changed === devices.of ? '' : `${devices.changed} of `}${counted(devices.of, 'device')}`}
    </Text>
    {devices.changed === 0 ? (
      <Text>
        {devices.of === 0
          ? 'There are none here yet. It holds for those that come.'
          : 'They follow rules that are nearer to them, or locked above.'}
      </Text>
    ) : (
      <>
        {activities.length > 1 && (
          <ul className={classes.sample}>
            {activities.map(({ activity, devices: n }) => (
              <li key={activity}>
                {activitySays(activity)}: {counted(n, 'device')}
              </li>
            ))}
          </ul>
        )}
        <Some names={devices.sample.map((one) => `${one.name} (${one.site})`)} of={devices.changed} />
      </>
    )}
  </div>
)

/** Names, and how many more there are. */
const Some = ({ names, of }: { names: readonly string[]; of: number }) => {
  if (names.length === 0) return null
  const more = of - names.length
  return (
    <Text c="dimmed" size="sm">
      <bdi>{names.join(', ')}</bdi>
      {more > 0 && ` and ${more} more`}
    </Text>
  )
}

const People = ({ preview: { people }, customer }: { preview: PolicyPreview; customer: string }) => {
  const { touched, asked } = people
  const asks = asked.maker + asked.own > 0
  return (
    <>
      <div>
        <Text fw={600}>{whoSays(touched, customer, useMe().customer !== null)}</Text>
        <Text size="sm">Their groups let them do what changes; the policy decides whether they may.</Text>
        <Some names={touched.sample.map(({ name }) => name)} of={touched.maker + touched.own} />
      </div>
      {asks && (
        <div>
          <Text fw={600}>{counted(asked.maker + asked.own, 'person is asked', 'people are asked')} from now on</Text>
          <Some names={asked.sample.map(({ name }) => name)} of={asked.maker + asked.own} />
        </div>
      )}
    </>
  )
}

/** How many people of which side a change touches. */
const whoSays = ({ maker, own }: TouchedPeople, customer: string, ofCustomer: boolean): string => {
  if (maker + own === 0) return 'Nobody is touched: no group allows anybody what changes'
  const parts = [
    ...(maker > 0 ? [`${counted(maker, 'person', 'people')} of the maker`] : []),
    ...(own > 0 ? [`${counted(own, 'person', 'people')} of ${ofCustomer ? 'yours' : customer}`] : []),
  ]
  return `It touches ${parts.join(' and ')}`
}
