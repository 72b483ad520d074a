import type { LogView } from '@gatehouse/shared/views/integrity'
import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { Checks } from './checks.tsx'
import { Faults } from './faults.tsx'
import classes from './integrity.module.css'
import { Checkpoint, PinnedKey } from './keep-this.tsx'
import { number } from './looks.tsx'
import { logQuery } from './queries.ts'
import { Restores } from './restores.tsx'
import { Verdict } from './verdict.tsx'

/** Whether one log is whole, and everything that shows it. */
export default function LogPage() {
  const { customerId = '' } = useParams()
  return <Answered query={useQuery(logQuery(customerId))}>{(log) => <Shown log={log} />}</Answered>
}

interface Witnessed {
  of: NonNullable<LogView['witnesses']>
  own: boolean
  /** Whether the log goes on after an older database was put back. */
  restored: boolean
  zone: string
}

const Witnesses = ({ of, own, restored, zone }: Witnessed) => (
  <Stack gap="xs">
    <Text>
      Every device {own ? 'of yours' : 'of the customer'} keeps the newest checkpoint of this log, and takes no later
      one that does not continue it. What they hold is out of reach of this server.
    </Text>
    <Text fw={600}>
      {of.devices === 0
        ? 'No device is enrolled yet.'
        : `${number(of.holding)} of ${counted(of.devices, 'device')} ${of.devices === 1 ? 'keeps' : 'keep'} one${restored ? ' made since the restore' : ''}, as confirmed within the last day.`}
    </Text>
    {restored && of.holding < of.devices && (
      <Text size="sm" c="dimmed">
        Checkpoints from before the restore are not counted here. A device that is connected takes a new one by itself
        within ten minutes; one that is switched off does so after it has connected again.
      </Text>
    )}
    {of.largest !== null && (
      <Text size="sm" c="dimmed" component="div">
        The newest of them covers {counted(of.largest, 'event')}
        {of.lastAt !== null && (
          <>
            ; a device last confirmed one <TimeText at={of.lastAt} zone={zone} withZone />
          </>
        )}
        .
      </Text>
    )}
  </Stack>
)

const Shown = ({ log }: { log: LogView }) => {
  const zone = useZone()
  const me = useMe()
  const waiting =
    log.waiting > 0 && ` ${counted(log.waiting, 'newer event')} ${log.waiting === 1 ? 'waits' : 'wait'} to be put in.`
  return (
    <Page
      title={me.customer ? 'Is our log whole?' : `Is the log of ${log.name} whole?`}
      breadcrumbs={
        <Breadcrumbs>
          {[
            <Link key="audit" to={paths.audit()}>
              Audit log
            </Link>,
            ...(me.customer
              ? []
              : [
                  <Link key="all" to={paths.logs()}>
                    All logs
                  </Link>,
                ]),
          ]}
        </Breadcrumbs>
      }
      lead={
        <>
          {counted(log.size, 'event')}
          {log.changedAt !== null && (
            <>
              , the newest of <TimeText at={log.changedAt} zone={zone} withZone />
            </>
          )}
          .{waiting}
        </>
      }
    >
      <Verdict log={log} own={me.customer !== null} zone={zone} />
      {log.restores.length > 0 && (
        <Section title={log.restores.length === 1 ? 'A restore' : 'Restores'} flush>
          <Restores log={log} zone={zone} />
        </Section>
      )}
      {log.faults.all > 0 && (
        <Section title="What was found" flush>
          <Faults log={log} zone={zone} />
        </Section>
      )}
      <div className={classes.pair}>
        <Section title="Newest checkpoint">
          <Checkpoint log={log} zone={zone} />
        </Section>
        <Section title="Key to note down">
          <PinnedKey log={log} />
        </Section>
      </div>
      {log.witnesses && (
        <Section title="Witnesses">
          <Witnesses of={log.witnesses} own={me.customer !== null} restored={log.restores.length > 0} zone={zone} />
        </Section>
      )}
      <Section title="Checks" flush>
        <Checks logId={log.id} zone={zone} />
      </Section>
    </Page>
  )
}
