import type { AlarmView } from '@gatehouse/shared/views/alarms'
import { Badge, Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link } from 'react-router'
import { counted } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { SeverityBadge } from '../../ui/badges.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { acknowledge } from './queries.ts'

const columns = (zone: string, withDevice: boolean, ask: (alarm: AlarmView) => void): Column<AlarmView>[] => [
  {
    id: 'severity',
    header: 'Severity',
    width: '7.5rem',
    cell: (row) => <SeverityBadge severity={row.severity} />,
  },
  {
    id: 'what',
    header: 'Alarm',
    headline: true,
    cell: (row) => (
      <Stack gap={2}>
        <Text component="span" fw={550}>
          <bdi>{row.message}</bdi>
        </Text>
        <Text component="span" size="xs" c="dimmed">
          {row.code} · {row.source === 'limit' ? 'a limit of the model' : 'raised by the device'}
          {row.occurrences > 1 && ` · ${counted(row.occurrences, 'time')}, last `}
          {row.occurrences > 1 && <TimeText at={row.lastAt} zone={zone} />}
        </Text>
      </Stack>
    ),
  },
  ...(withDevice
    ? [
        {
          id: 'device',
          header: 'Device',
          cell: (row: AlarmView) => (
            <>
              <Link to={paths.device(row.device.id, 'alarms')}>
                <bdi>{row.device.name}</bdi>
              </Link>
              <Text size="xs" c="dimmed">
                {row.customer.name}
              </Text>
            </>
          ),
        },
      ]
    : []),
  { id: 'raised', header: 'Raised', width: '11rem', cell: (row) => <TimeText at={row.raisedAt} zone={zone} /> },
  {
    id: 'state',
    header: 'State',
    width: '16rem',
    cell: (row) => (
      <Stack gap={2}>
        <Group gap="xs">
          {row.clearedAt === null ? (
            <Badge color="amber">Open</Badge>
          ) : (
            <Badge color="gray">
              Cleared <TimeText at={row.clearedAt} zone={zone} />
            </Badge>
          )}
          {row.acknowledged === null && row.may.acknowledge.ok && (
            <Button size="compact-xs" variant="default" onClick={() => ask(row)}>
              Acknowledge
            </Button>
          )}
        </Group>
        {row.acknowledged && (
          <Text component="span" size="xs" c="dimmed">
            Seen to by {row.acknowledged.by}
            {row.acknowledged.note && (
              <>
                : <bdi>{row.acknowledged.note}</bdi>
              </>
            )}
          </Text>
        )}
      </Stack>
    ),
  },
]

/** Alarms as rows, with the one thing people do to them. */
export const AlarmList = ({
  rows,
  zone,
  withDevice,
  stale = false,
  empty,
}: {
  rows: readonly AlarmView[]
  /** IANA zone the times are given in. */
  zone: string
  withDevice: boolean
  stale?: boolean
  empty: ReactNode
}) => {
  const [asked, setAsked] = useState<AlarmView | null>(null)
  return (
    <>
      <DataTable
        label="Alarms"
        columns={columns(zone, withDevice, setAsked)}
        rows={rows}
        rowKey={(row) => row.id}
        stale={stale}
        empty={empty}
      />
      {asked && <Acknowledge alarm={asked} onClose={() => setAsked(null)} />}
    </>
  )
}

const Acknowledge = ({ alarm, onClose }: { alarm: AlarmView; onClose: () => void }) => {
  const [note, setNote] = useState('')
  const cache = useQueryClient()
  const deed = useMutation({
    mutationFn: () => acknowledge(alarm.id, note),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: key('alarms') }),
  })
  return (
    <ConfirmDialog
      title="Acknowledge the alarm"
      confirm="Acknowledge"
      busy={deed.isPending}
      error={deed.error ? wordsFor(deed.error) : undefined}
      onConfirm={() => deed.mutate()}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text>
          {alarm.device.name}: <bdi>{alarm.message}</bdi>
        </Text>
        <Textarea
          label="Note"
          description="What you found or did; others read it here and in the audit log."
          value={note}
          maxLength={500}
          autosize
          minRows={2}
          data-autofocus
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  )
}
