import { type AuditChange, changesOf, partsOf } from '@gatehouse/shared/audit-changes'
import { plainValue, withLocalTimes } from '@gatehouse/shared/audit-words'
import type { AuditEventView } from '@gatehouse/shared/views/audit'
import { Alert, Anchor, Button, CopyButton, Group, Stack, Table } from '@mantine/core'
import { IconAlertTriangle, IconLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { dateTime, zoneName } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { Facts } from '../../ui/facts.tsx'
import { number } from '../integrity/looks.tsx'
import classes from './audit-list.module.css'
import { inert } from './inert.ts'
import { auditEvent } from './queries.ts'

type Fact = readonly [string, ReactNode]

const said = (text: string | number) => <bdi className={classes.says}>{inert(String(text))}</bdi>

/** One side of a change; a dash where there was nothing, a list where there were several. */
const Side = ({ parts }: { parts: readonly string[] }) =>
  parts.length < 2 ? (
    said(parts[0] || '–')
  ) : (
    <ul className={classes.parts}>
      {parts.map((one) => (
        <li key={one}>{said(one)}</li>
      ))}
    </ul>
  )

/** Of what a group allows only what changed is written down. */
const fieldOf = (event: string, { field }: AuditChange): string =>
  event === 'group.changed' && field === 'what it allows' ? 'what it allows, of what changed' : field

/** What was, and what is, field by field. */
const Changes = ({ event, changes }: { event: string; changes: readonly AuditChange[] }) => (
  <Table className={classes.changes} aria-label="What changed">
    <Table.Thead>
      <Table.Tr>
        <Table.Th>Field</Table.Th>
        <Table.Th>Before</Table.Th>
        <Table.Th>After</Table.Th>
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {changes.map((one) => (
        <Table.Tr key={one.field}>
          <Table.Td>{said(fieldOf(event, one))}</Table.Td>
          <Table.Td data-label="Before">
            <Side parts={partsOf(event, one, one.before)} />
          </Table.Td>
          <Table.Td data-label="After">
            <Side parts={partsOf(event, one, one.after)} />
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
)

/** Fields whose own name says too little beside their value; they stand first, in this order. */
const spoken: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'log.restored': {
    signed: 'Entries signed before',
    root: 'Their root',
    kept: 'Of these still there',
    size: 'Entries it goes on with',
    epoch: 'It goes on as epoch',
    reason: 'Reason',
    by: 'Written down by',
  },
}

/** `agentVersion` as people write it: `Agent version`. */
const fieldSays = (event: string, name: string): string => {
  const known = spoken[event]?.[name]
  if (known) return known
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The fields of an event, those with names of their own in the order of these. */
const ordered = ({ event, fields }: AuditEventView): [string, string | number][] => {
  const first = Object.keys(spoken[event] ?? {})
  const placeOf = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length)
  return Object.entries(fields).sort(([one], [other]) => placeOf(one) - placeOf(other))
}

/** A value in words, with what stands in the event behind them where that is something else. */
const valueSays = (event: string, name: string, value: string | number, zone: string): string => {
  // It has both: what people call it, and its key behind it.
  if (name === 'action' && /\[[a-z0-9_.]+\]/.test(String(value))) return String(value)
  const plain = withLocalTimes(String(plainValue(event, name, value)), zone)
  return plain === String(value) ? plain : `${plain} (${value})`
}

/** Fields that are told as changes. */
const changing: ReadonlySet<string> = new Set(['before', 'after', 'change'])

const moment = (at: number, zone: string): string => `${dateTime(at, zone, { seconds: true })} ${zoneName(at, zone)}`

const factsOf = (event: AuditEventView, zone: string, changed: boolean): Fact[] => {
  const { who, device, customer, place } = event
  const facts: (Fact | false | null)[] = [
    ['When', `${moment(event.at, zone)}${zone === 'UTC' ? '' : ` (${zone})`}`],
    zone !== 'UTC' && ['The same in UTC', new Date(event.at).toISOString()],
    event.claimedAt !== null && ["By the device's own clock", moment(event.claimedAt, zone)],
    ['Who', said(who.company ? `${who.name}, ${who.company}` : who.name)],
    event.from !== null && ['From', said(event.from)],
    device && [
      'Device',
      <Link key="d" to={paths.device(device.id, 'audit')}>
        {said(device.name)}
      </Link>,
    ],
    customer && ['Customer', said(customer.name)],
    ...ordered(event)
      .filter(([name, value]) => !(name === 'device' && value === device?.name))
      .filter(([name, value]) => !(name === 'customer' && value === customer?.name))
      .filter(([name]) => !(changed && changing.has(name)))
      .map(([name, value]): Fact => [fieldSays(event.event, name), said(valueSays(event.event, name, value, zone))]),
    event.requestId !== null && [
      'Request',
      <Link key="r" to={paths.request(event.requestId)}>
        {event.requestId}
      </Link>,
    ],
    event.approvalId !== null && [
      'Approval',
      <Link key="a" to={paths.audit({ approvalId: event.approvalId })}>
        {event.approvalId}
      </Link>,
    ],
    event.sessionId !== null && [
      'Session',
      <Link key="s" to={paths.session(event.sessionId)}>
        {event.sessionId}
      </Link>,
    ],
    [
      'Place in the log',
      place
        ? `Entry ${number(place.seq + 1)} of ${number(place.size)}${place.deviceSeq === null ? '' : `, event ${number(place.deviceSeq + 1)} of its device`}`
        : 'Not yet in the tree',
    ],
    ['Proven', provenSays(event, zone)],
    place && [
      'Hash of its leaf',
      <code key="h" className={classes.bytes}>
        {place.leaf}
      </code>,
    ],
    ['Event', <code key="e" className={classes.bytes}>{`${event.event} ${event.id}`}</code>],
  ]
  return facts.filter((fact): fact is Fact => Boolean(fact))
}

/** What came of proving the entry as it was read. */
const Proof = ({ event }: { event: AuditEventView }) => {
  const { proven, customer } = event
  if (!proven?.altered) return null
  return (
    <Alert color="brick" icon={<IconAlertTriangle aria-hidden />} title="This entry is not as it was written">
      Do not rely on what stands here: {proven.altered}.{' '}
      <Anchor component={Link} to={customer ? paths.log(customer.id) : paths.logs()} fz="inherit">
        Is the log whole?
      </Anchor>{' '}
      A proof bundle or a checkpoint that you kept shows what was there before.
    </Alert>
  )
}

/** What an entry is proven by, in words. */
const provenSays = ({ proven }: AuditEventView, zone: string): string => {
  if (!proven) return 'Not yet in the tree'
  if (proven.altered) return 'Failed just now'
  return proven.signed
    ? `Just now, from its evidence, under the checkpoint of ${number(proven.signed.size)} entries signed ${moment(proven.signed.at, zone)}`
    : 'Its evidence fits; it is not signed yet'
}

/** Other events of the same story. */
const Neighbours = ({ event }: { event: AuditEventView }) => {
  const { requestId, sessionId, device, personId, who, actorId } = event
  const person = personId ?? (who.kind === 'person' ? actorId : null)
  const links: [string, string][] = [
    ...(sessionId ? ([['Everything of this session', paths.audit({ sessionId })]] as [string, string][]) : []),
    ...(requestId ? ([['Everything of this request', paths.audit({ requestId })]] as [string, string][]) : []),
    ...(device ? ([['Everything on this device', paths.audit({ deviceId: device.id })]] as [string, string][]) : []),
    ...(person ? ([['Everything about this person', paths.audit({ personId: person })]] as [string, string][]) : []),
  ]
  return (
    <Group gap="md">
      {links.map(([says, to]) => (
        <Anchor key={says} component={Link} to={to} size="sm">
          {says}
        </Anchor>
      ))}
    </Group>
  )
}

/** All that is known of an event, its times in `zone`. */
export const Known = ({ event, zone }: { event: AuditEventView; zone: string }) => {
  const changes = changesOf(event.event, event.fields)
  return (
    <Stack gap="sm">
      <Proof event={event} />
      {changes && <Changes event={event.event} changes={changes} />}
      <Facts facts={factsOf(event, zone, changes !== null)} />
      <Group gap="md">
        <CopyButton value={new URL(paths.auditEvent(event.id), location.origin).href}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" leftSection={<IconLink size={14} aria-hidden />} onClick={copy}>
              {copied ? 'Copied' : 'Copy the link'}
            </Button>
          )}
        </CopyButton>
        <Neighbours event={event} />
      </Group>
    </Stack>
  )
}

/** The same, asked for when a row is opened. */
export const EventDetail = ({ eventId, zone }: { eventId: string; zone: string }) => {
  const event = useQuery(auditEvent(eventId))
  return (
    <div className={classes.known}>
      <Answered query={event}>{(found) => <Known event={found} zone={zone} />}</Answered>
    </div>
  )
}
