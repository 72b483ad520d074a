import { type Activity, activities } from '@gatehouse/shared/activities'
import type { DataItem } from '@gatehouse/shared/devices/declaration'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import type { CurrentValue } from '@gatehouse/shared/views/telemetry'
import { Text, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { dateTime, fromNow, quantity, stretch, timeOfDay } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { Facts } from '../../ui/facts.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { DeviceAlarms } from '../alarms/device-alarms.tsx'
import { anyone } from '../policies/pick-person.tsx'
import { valuesQuery } from '../telemetry/queries.ts'
import classes from './device.module.css'
import { whyShut } from './shut-words.ts'

const shown = (item: DataItem, value: CurrentValue['value']): string => {
  if (typeof value === 'number') return quantity(value, item.unit, item.digits)
  return typeof value === 'boolean' ? (value ? 'Yes' : 'No') : value
}

/** Which message of the device brought a value, and when. */
const broughtBy = ({ seq, receivedAt }: CurrentValue, zone: string): string =>
  `Message ${seq} of the device, received ${dateTime(receivedAt, zone, { seconds: true })}`

const Value = ({
  item,
  value,
  now,
  zone,
}: {
  item: DataItem
  value: CurrentValue | undefined
  now: number
  zone: string
}) => (
  <div className={classes.value}>
    <div className={classes.valueSays}>{item.says}</div>
    <div className={classes.valueText} data-kind={item.type}>
      {value ? shown(item, value.value) : '–'}
    </div>
    {value ? (
      <Tooltip label={broughtBy(value, zone)}>
        <div className={classes.valueAge}>{fromNow(Math.min(value.at, now), now)}</div>
      </Tooltip>
    ) : (
      <div className={classes.valueAge}>never sent</div>
    )}
  </div>
)

/** Whether something is open to whoever looks, which rule shuts it, and the way to the rules for whoever may read them. */
const Door = ({ device, activity }: { device: DeviceView; activity: Activity }) => {
  const may = whyShut(device.may[activity], device)
  const { customer, id } = device
  // The customer asks what the policy says to technicians; the maker's people ask about themselves.
  const person = useMe().customer ? anyone : undefined
  return (
    <>
      {may.ok ? 'Open to you now' : may.says}{' '}
      {device.may['policy.view'].ok && (
        <Link
          to={paths.simulator(customer.id, { device: id, activity, ...(person && { person }) })}
          aria-label={`Why? ${activities[activity].says}`}
        >
          Why?
        </Link>
      )}
    </>
  )
}

/** By how much a clock may be wrong before people are told. */
const noticed = 5_000

/** Whether the device's clock is right: by it its windows open, and it is refused where it is far off. */
const Clock = ({ ahead }: { ahead: number | null }) => {
  if (ahead === null) return '–'
  if (Math.abs(ahead) <= noticed) return 'Right'
  return (
    <Text span inherit c="brick">
      {stretch(Math.abs(ahead))} {ahead > 0 ? 'ahead of ours' : 'behind ours'}
    </Text>
  )
}

/** Live values, the true state of the connection, open alarms. */
export const Overview = ({ device }: { device: DeviceView }) => {
  const values = useQuery(valuesQuery(device.id))
  const now = useServerNow(5_000)
  const zone = device.site.zone
  return (
    <div className={classes.columns}>
      <div className={classes.column}>
        <Section title="Values" flush>
          <Answered query={values}>
            {(all) =>
              device.declaration.items.length === 0 ? (
                <Empty title="This model declares no data items" />
              ) : (
                <div className={classes.values}>
                  {device.declaration.items.map((item) => (
                    <Value
                      key={item.key}
                      item={item}
                      value={all.find((one) => one.key === item.key)}
                      now={now}
                      zone={zone}
                    />
                  ))}
                </div>
              )
            }
          </Answered>
        </Section>
        <DeviceAlarms deviceId={device.id} zone={zone} openOnly />
      </div>
      <div className={classes.column}>
        <Section title="Connection">
          <Facts
            facts={[
              [
                'Last heard',
                device.lastHeardAt === null ? (
                  'Never'
                ) : (
                  <TimeText key="heard" at={device.lastHeardAt} zone={zone} seconds withZone />
                ),
              ],
              [
                'Over',
                device.transport === null ? '–' : device.transport === 'websocket' ? 'WebSocket' : 'HTTPS check-ins',
              ],
              ['Agent', device.agentVersion ?? '–'],
              ['Runs on', <bdi key="platform">{device.platform ?? '–'}</bdi>],
              ['Its clock', <Clock key="clock" ahead={device.clockAhead} />],
              [
                'Enrolled',
                device.enrolledAt === null ? (
                  'Not yet'
                ) : (
                  <TimeText key="enrolled" at={device.enrolledAt} zone={zone} withZone />
                ),
              ],
            ]}
          />
          {device.undeclaredDropped > 0 && (
            <Text c="dimmed" mt="xs">
              {device.undeclaredDropped} undeclared values were sent and dropped.
            </Text>
          )}
        </Section>
        <Section title="The audit log">
          <Text>
            {device.witness ? (
              <>
                Holds the checkpoint of the log’s first {quantity(device.witness.size, '', 0)} events,{' '}
                <TimeText at={device.witness.at} zone={zone} withZone />
              </>
            ) : (
              'Holds no checkpoint of the log yet.'
            )}
          </Text>
          <Text c="dimmed" size="sm" mt={4}>
            {device.witness
              ? 'With it the device notices if any of these is ever changed.'
              : 'It gets one when it next connects; an older agent has to be updated first.'}
          </Text>
        </Section>
        <Section title="Where it stands">
          <Facts
            facts={[
              ['Customer', device.customer.name],
              ['Site', device.site.name],
              ['Time there', `${timeOfDay(now, zone)} (${zone})`],
              ['Model', device.model.name],
              ['Serial number', device.serial],
            ]}
          />
        </Section>
        <Section title="What may be done">
          <Facts
            facts={(
              [
                ['Terminal', 'session.terminal'],
                ['Settings', 'action.set_setting'],
                ['Log files', 'action.fetch_log'],
                ['Restart', 'action.restart_agent'],
              ] as const
            ).map(([name, activity]) => [name, <Door key={name} device={device} activity={activity} />] as const)}
          />
          <Text mt="xs">
            <Link to={paths.device(device.id, 'audit')}>Everything that happened here</Link>
          </Text>
        </Section>
      </div>
    </div>
  )
}
