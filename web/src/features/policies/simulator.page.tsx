import { type Activity, activities, isActivity } from '@gatehouse/shared/activities'
import { type Moments, momentsOf } from '@gatehouse/shared/policies/wall-moments'
import type { Named } from '@gatehouse/shared/views/basics'
import type { CustomerView } from '@gatehouse/shared/views/customers'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { Alert, Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearchParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { paths, type SimulatorQuery } from '../../kernel/paths.ts'
import { Roomy } from '../../ui/density.tsx'
import { Empty, Refused } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { customerQuery } from '../customers/queries.ts'
import { deviceQuery } from '../devices/queries.ts'
import { PolicyCrumbs } from './policy-crumbs.tsx'
import { explainQuery } from './queries.ts'
import { SimulatedAnswer } from './simulated-answer.tsx'
import { SimulatorFields } from './simulator-fields.tsx'
import { wallSays } from './words.ts'

/** What is asked, as far as it has been chosen. */
export interface Asked {
  device: DeviceView | undefined
  person: string | undefined
  activity: Activity | undefined
  /** Wall time of the site; `undefined` for now. */
  wall: string | undefined
  /** When that is. */
  moments: Moments | undefined
  again: boolean
}

/** The moment that is asked about, ms; `undefined` for now, and for what is no moment. */
const momentAsked = ({ moments, again }: Asked): number | undefined =>
  moments?.kind === 'one'
    ? moments.at
    : moments?.kind === 'twice'
      ? again
        ? moments.second
        : moments.first
      : undefined

/** Whoever is asked about, as soon as an answer has named him: his id alone stands in the address. */
const useNamed = (asked: Asked): Named | undefined => {
  const { device, activity = 'device.view', person } = asked
  const question = explainQuery(device?.id ?? '', { activity, person, at: momentAsked(asked) })
  // It is asked where it is shown.
  return useQuery({ ...question, enabled: false }).data?.person
}

/** "Could Anna restart balance 7 on 29 March at 02:30?": answered by the rules as they stand. */
export default function SimulatorPage() {
  const { customerId = '' } = useParams()
  const customer = useQuery(customerQuery(customerId))
  return (
    <Roomy>
      <Answered query={customer}>{(found) => <Simulator key={found.id} customer={found} />}</Answered>
    </Roomy>
  )
}

const Simulator = ({ customer }: { customer: CustomerView }) => {
  const [query, setQuery] = useSearchParams()
  const given = (name: keyof SimulatorQuery) => query.get(name) ?? undefined
  const deviceId = given('device')
  const device = useQuery({ ...deviceQuery(deviceId ?? ''), enabled: deviceId !== undefined })
  // A device of another customer is none of these.
  const ours = device.data?.customer.id === customer.id ? device.data : undefined
  const activity = given('activity')
  const wall = given('at')
  const asked: Asked = {
    device: ours,
    person: given('person'),
    activity:
      activity !== undefined && isActivity(activity) && activities[activity].on === 'device' ? activity : undefined,
    wall,
    moments: wall !== undefined && ours ? momentsOf(wall, ours.site.zone) : undefined,
    again: given('again') === '1',
  }
  const named = useNamed(asked)
  const change = (next: { [Name in keyof SimulatorQuery]?: string | undefined }) =>
    setQuery(
      (before) => {
        const after = new URLSearchParams(before)
        for (const [name, value] of Object.entries(next)) {
          if (value === undefined) after.delete(name)
          else after.set(name, value)
        }
        return after
      },
      { replace: true },
    )
  return (
    <Page
      title="Try the policy"
      about={customer.name}
      breadcrumbs={<PolicyCrumbs customer={customer} policy={customer.may.viewPolicy.ok} />}
      lead="Could somebody do something on a device, at some time? Nothing is done by asking here, and nobody is told."
      actions={
        customer.may.viewPolicy.ok && (
          <Button variant="default" component={Link} to={paths.policyHistory(customer.id)}>
            History
          </Button>
        )
      }
    >
      <Section title="The question">
        <SimulatorFields customer={customer} asked={asked} named={named} onChange={change} />
      </Section>
      <Section title="The answer">
        {deviceId === undefined || asked.activity === undefined ? (
          <Empty title="Choose a device, and what is to be done">The answer appears here.</Empty>
        ) : device.data && !ours ? (
          <Refused says="There is no such device here, or it is not yours to see." />
        ) : (
          <Answered query={device}>
            {(found) => <AtTime device={found} asked={asked} onChange={change} customer={customer} />}
          </Answered>
        )}
      </Section>
    </Page>
  )
}

const AtTime = ({
  device,
  asked,
  customer,
  onChange,
}: {
  device: DeviceView
  asked: Asked
  customer: CustomerView
  onChange: (next: { at?: string; again?: string | undefined }) => void
}) => {
  const { activity, wall, moments, person } = asked
  if (activity === undefined) return null
  const answer = (at: number | undefined) => (
    <SimulatedAnswer device={device} activity={activity} person={person} at={at} customer={customer} />
  )
  if (wall === undefined) return answer(undefined)
  if (moments === undefined)
    return <Refused says="That is no date and time">Choose both, as they are shown by the clock at the site.</Refused>
  if (moments.kind !== 'skipped') return answer(momentAsked(asked))
  return (
    <Alert color="amber" role="alert" title={`${wallSays(wall)} does not exist at ${device.site.name}`}>
      <Stack gap="sm" align="flex-start">
        <Text>
          In that night the clocks go from {moments.from.slice(11)} to {moments.to.slice(11)} at once: whatever a window
          says about the time between, that part does not take place.
        </Text>
        <Button variant="default" onClick={() => onChange({ at: moments.to, again: undefined })}>
          Ask about {moments.to.slice(11)} instead
        </Button>
      </Stack>
    </Alert>
  )
}
