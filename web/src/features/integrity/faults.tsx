import { type FaultSide, faultFinders } from '@gatehouse/shared/audit-faults'
import type { LogFaultView, LogView } from '@gatehouse/shared/views/integrity'
import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAlertTriangle, IconNote } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { paths } from '../../kernel/paths.ts'
import { StateBadge } from '../../ui/badges.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './integrity.module.css'
import { number } from './looks.tsx'
import { faultsQuery, useExplain } from './queries.ts'

const sideSays: Record<FaultSide, string> = { maker: 'for the maker', customer: 'for the customer' }

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const Explain = ({ logId, fault }: { logId: string; fault: LogFaultView }) => {
  const [asking, { open, close }] = useDisclosure(false)
  const [reason, setReason] = useState('')
  const explain = useExplain(logId, fault.id)
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Explain
      </Button>
      {asking && (
        <FormDialog
          title="What was it?"
          submit="Write it down"
          busy={explain.isPending}
          shut={!reason.trim()}
          error={formFault(explain.error, ['reason'])}
          onSubmit={() => explain.mutate(reason.trim(), { onSuccess: close })}
          onClose={close}
        >
          <Stack gap="sm">
            <Text>
              {capital(fault.says)}
              {fault.seq !== null && `, entry ${number(fault.seq + 1)}`}. Your words stand in the log under your name
              and cannot be changed. They end the daily reminders to your side; the fault stays, and the other side is
              told.
            </Text>
            <Textarea
              label="What happened, and how you know"
              withAsterisk
              data-autofocus
              autosize
              minRows={3}
              maxLength={500}
              value={reason}
              error={fieldFaults(explain.error).reason}
              onChange={(event) => setReason(event.currentTarget.value.replace(/\s*\n\s*/g, ' '))}
            />
          </Stack>
        </FormDialog>
      )}
    </>
  )
}

const Place = ({ fault: { seq, eventId } }: { fault: LogFaultView }) => {
  if (seq === null) return 'The log as a whole'
  const says = `Entry ${number(seq + 1)}`
  return eventId ? <Link to={paths.auditEvent(eventId)}>{says}</Link> : says
}

const OneFault = ({ fault, log, zone }: { fault: LogFaultView; log: LogView; zone: string }) => (
  <li className={classes.fault} tabIndex={-1}>
    <Group justify="space-between" align="flex-start" gap="sm">
      <Stack gap={4} className={classes.faultWords}>
        <Group gap="xs">
          {fault.open ? (
            <StateBadge look={{ says: 'Open', icon: IconAlertTriangle, colour: 'brick' }} />
          ) : (
            <StateBadge look={{ says: 'Explained', icon: IconNote, colour: 'amber' }} />
          )}
          <Text fw={600}>
            <Place fault={fault} />
          </Text>
        </Group>
        <Text>{capital(fault.says)}.</Text>
        <Text size="sm" c="dimmed" component="div">
          Found by {faultFinders[fault.foundBy].says}
          {fault.device && (
            <>
              {' '}
              (<Link to={paths.device(fault.device.id, 'audit')}>{fault.device.name}</Link>)
            </>
          )}
          , <TimeText at={fault.firstAt} zone={zone} withZone />
          {fault.lastAt - fault.firstAt > 60_000 && (
            <>
              ; seen last <TimeText at={fault.lastAt} zone={zone} />
            </>
          )}
        </Text>
        {fault.explanations.map(({ side, at, by, reason }) => (
          <blockquote key={side} className={classes.explanation}>
            <bdi>{reason}</bdi>
            <Text size="sm" c="dimmed" component="footer">
              {by}, {sideSays[side]}, <TimeText at={at} zone={zone} withZone />
            </Text>
          </blockquote>
        ))}
      </Stack>
      {fault.open && log.may.explain.ok && <Explain logId={log.id} fault={fault} />}
    </Group>
  </li>
)

/** Everything that was ever found in a log, the newest first: it stays, explained or not. */
export const Faults = ({ log, zone }: { log: LogView; zone: string }) => (
  <Paged list={useInfiniteQuery(faultsQuery(log.id))}>
    {(faults) => (
      <>
        <ul className={classes.faults}>
          {faults.map((fault) => (
            <OneFault key={fault.id} fault={fault} log={log} zone={zone} />
          ))}
        </ul>
        {faults.length < log.faults.all && (
          <Text size="sm" c="dimmed" ta="center" pt="sm">
            {number(faults.length)} of {number(log.faults.all)} are shown.
          </Text>
        )}
      </>
    )}
  </Paged>
)
