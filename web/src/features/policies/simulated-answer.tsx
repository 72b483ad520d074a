import type { Activity } from '@gatehouse/shared/activities'
import type { CustomerView } from '@gatehouse/shared/views/customers'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import type { ExplainView } from '@gatehouse/shared/views/policies'
import { Stack, Text } from '@mantine/core'
import { IconBan, IconCheck, IconMessageQuestion } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { dateTime, sameClock, zoneName } from '../../kernel/format.ts'
import { useFreshAt } from '../../kernel/fresh-at.ts'
import { paths } from '../../kernel/paths.ts'
import { ApiError } from '../../kernel/words.ts'
import { useZone } from '../../kernel/zone.ts'
import { Facts } from '../../ui/facts.tsx'
import { Refused } from '../../ui/notices.tsx'
import { ruleAt } from '../devices/shut-words.ts'
import { placeSays } from './levels.ts'
import { OpeningsTable } from './openings.tsx'
import { anyone } from './pick-person.tsx'
import classes from './policy.module.css'
import { explainQuery } from './queries.ts'
import { activitySays, holdsSays, ruleSays } from './words.ts'

const big = {
  yes: { word: 'Yes', icon: IconCheck },
  ask: { word: 'Only after asking', icon: IconMessageQuestion },
  no: { word: 'No', icon: IconBan },
} as const
type Says = keyof typeof big

const bySays = { always: 'yes', ask: 'ask', never: 'no' } as const

/** The answer of a question in one word: of the policy alone, where nobody in particular is meant. */
const saysOf = ({ verdict, policy }: ExplainView, who: 'anyone' | 'somebody'): Says => {
  if (who === 'anyone') return policy ? bySays[policy.answer] : 'yes'
  if (verdict.ok) return 'yes'
  return verdict.because === 'approval_needed' ? 'ask' : 'no'
}

/** What came of a question, why, and when it would next be allowed. */
export const SimulatedAnswer = ({
  device,
  customer,
  activity,
  person,
  at,
}: {
  device: DeviceView
  customer: CustomerView
  activity: Activity
  /** An id, `anyone`, or `undefined` for oneself. */
  person: string | undefined
  /** ms since the epoch; `undefined` for now. */
  at: number | undefined
}) => {
  const who = person === anyone ? 'anyone' : 'somebody'
  const options = explainQuery(device.id, { activity, person: who === 'anyone' ? undefined : person, at })
  const query = useQuery(options)
  useFreshAt(options.queryKey, at === undefined ? query.data?.policy?.until : null)
  const fault = query.error instanceof ApiError ? query.error.fields.at : undefined
  if (query.data === undefined && fault) return <Refused says={fault} />
  // The device is there: it is the person who is not, as far as whoever asks may know.
  if (query.data === undefined && query.error instanceof ApiError && query.error.code === 'not_found')
    return <Refused says="There is no such person, or it is not yours to see who it is." />
  return (
    <Answered query={query}>
      {(told) => <Told told={told} who={who} device={device} customer={customer} asksNow={at === undefined} />}
    </Answered>
  )
}

interface ToldProps {
  told: ExplainView
  who: 'anyone' | 'somebody'
  device: DeviceView
  customer: CustomerView
  asksNow: boolean
}

const Told = ({ told, who, device, customer, asksNow }: ToldProps) => {
  const says = saysOf(told, who)
  const { word, icon: Icon } = big[says]
  const name = who === 'anyone' ? anyoneShort : told.person.name
  return (
    <Stack gap="lg">
      <div role="status">
        <p className={classes.verdict} data-says={says}>
          <Icon size={34} aria-hidden /> {word}
        </p>
        <Text mt="xs">
          <bdi>{name}</bdi>: {activitySays(told.activity)}, on <bdi>{device.name}</bdi>
          {asksNow ? ', now.' : '.'}
        </Text>
      </div>
      <Facts
        facts={[
          ['When', <Moment key="when" at={told.at} zone={device.site.zone} />],
          ...(who === 'anyone' ? [] : [['By the groups', grantSays(told, device)] as const]),
          ['By the policy', <PolicySays key="policy" told={told} device={device} customer={customer} />],
          ['So', soSays(told, who)],
        ]}
      />
      {told.policy && <Next told={told} who={who} />}
    </Stack>
  )
}

const anyoneShort = 'Anyone whose groups allow it'

/** A moment by the clock of the site, of whoever reads, and in UTC. */
const Moment = ({ at, zone }: { at: number; zone: string }) => {
  const mine = useZone()
  const of = (one: string) => `${dateTime(at, one)} ${zoneName(at, one)}`
  return (
    <>
      <span className={classes.line}>{of(zone)} at the site</span>
      {!sameClock(at, mine, zone) && <span className={classes.line}>{of(mine)} for you</span>}
      {zone !== 'UTC' && <span className={classes.line}>{of('UTC')}</span>}
    </>
  )
}

const grantSays = ({ granted, verdict }: ExplainView, device: DeviceView): string => {
  if (granted) return `Allowed: one of the groups covers this on ${device.name}`
  return !verdict.ok && verdict.because === 'not_signed_in'
    ? 'Shut: this account can do nothing at present'
    : `Shut: no single group covers this on ${device.name}`
}

const PolicySays = ({ told: { policy }, device, customer }: Pick<ToldProps, 'told' | 'device' | 'customer'>) => {
  if (!policy) return 'The policy is not asked: this does not reach the device'
  if (policy.level === null) return 'Shut: no rule says anything about it, and then nobody may'
  if (!policy.rule || !policy.by) return `Decided by ${ruleAt(policy.level, device)}`
  return (
    <>
      <Link to={paths.policy(customer.id)}>
        <bdi>{placeSays(policy.by)}</bdi>
      </Link>
      {`: ${ruleSays(policy.rule, policy.by)}`}
    </>
  )
}

/** What shut it, in a sentence. */
const soSays = ({ policy, granted, verdict }: ExplainView, who: ToldProps['who']): string => {
  const byPolicy = policy === null || policy.answer !== 'never'
  if (who === 'somebody' && !granted)
    return byPolicy ? 'The groups shut it, not the policy' : 'Groups and policy both shut it'
  if (!byPolicy) return 'The policy shuts it, not the groups'
  if (policy?.answer === 'ask')
    return who === 'somebody' && verdict.ok
      ? 'The customer has said yes: an approval covers it'
      : 'It can be asked for; the customer has to say yes first'
  return 'Nothing shuts it, and nobody has to be asked'
}

/** When it would next be allowed. */
const Next = ({ told: { policy, granted, at }, who }: Pick<ToldProps, 'told' | 'who'>) => {
  if (!policy) return null
  const { rule } = policy
  const shut = policy.answer === 'never'
  const asked = rule !== null && ![rule.inside, rule.outside].includes('always')
  if (policy.openings.length === 0) return shut ? <Text>No window opens it within the next year.</Text> : null
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {shut ? `When it ${asked ? 'could next be asked for' : 'would next be allowed'}` : 'When it is open'}
      </Text>
      {rule && <Text c="dimmed">{holdsSays(rule)}</Text>}
      {who === 'somebody' && !granted && <Text>By the policy alone: no group allows it at any time.</Text>}
      <OpeningsTable label="Next openings" openings={policy.openings} zone={policy.zone} now={at} />
    </Stack>
  )
}
