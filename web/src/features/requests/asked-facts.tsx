import type { RequestView } from '@gatehouse/shared/views/requests'
import type { ReactNode } from 'react'
import { sameClock } from '../../kernel/format.ts'
import { useZone } from '../../kernel/zone.ts'
import classes from './asked-facts.module.css'
import { activityTitles, duration, inZone, isForNow, wantedWhen } from './words.ts'

/** What is asked, as far as it is shown to whoever answers. */
export type Asked = Pick<
  RequestView,
  | 'technician'
  | 'company'
  | 'customer'
  | 'device'
  | 'activities'
  | 'reason'
  | 'caseNumber'
  | 'wantedStart'
  | 'madeAt'
  | 'minutes'
>

const Fact = ({ name, more, children }: { name: string; more?: ReactNode; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>
      {children}
      {more && <span className={classes.more}>{more}</span>}
    </dd>
  </>
)

const nothingYet = <span className={classes.more}>Not said yet</span>

/** Exactly what the customer reads: who, for which company, which device, what, why, when and how long. */
export const AskedFacts = ({ asked }: { asked: Asked }) => {
  const { device } = asked
  const zone = useZone()
  const elsewhere = !isForNow(asked) && !sameClock(asked.wantedStart, zone, device.zone)
  return (
    <dl className={classes.facts}>
      <Fact name="Who" more={asked.company}>
        <bdi>{asked.technician.name}</bdi>
      </Fact>
      <Fact
        name="Device"
        more={
          <bdi>
            {device.model}, serial number {device.serial}
          </bdi>
        }
      >
        <bdi>{device.name}</bdi>
      </Fact>
      <Fact name="Where">
        <bdi>
          {device.site}, {asked.customer.name}
        </bdi>
      </Fact>
      <Fact name="What">
        {asked.activities.length === 0 ? (
          nothingYet
        ) : (
          <ul className={classes.what}>
            {activityTitles(asked.activities).map((says) => (
              <li key={says}>{says}</li>
            ))}
          </ul>
        )}
      </Fact>
      <Fact name="Why" more={asked.caseNumber && <bdi>Case {asked.caseNumber}</bdi>}>
        {asked.reason ? <bdi className={classes.said}>{asked.reason}</bdi> : nothingYet}
      </Fact>
      <Fact name="When" more={elsewhere && `For you that is ${inZone(asked.wantedStart, zone)}`}>
        {wantedWhen(asked)}
      </Fact>
      <Fact name="How long">{duration(asked.minutes)} at most</Fact>
    </dl>
  )
}
