import {
  actionStateSays,
  type RemoteActionName,
  remoteActionNames,
  remoteActions,
} from '@gatehouse/shared/remote-actions'
import type { ActionView } from '@gatehouse/shared/views/actions'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { Group, Stack, Text } from '@mantine/core'
import {
  IconBan,
  IconCheck,
  IconClock,
  IconHourglass,
  IconPlayerPlay,
  IconQuestionMark,
  IconX,
} from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Paged } from '../../kernel/answered.tsx'
import { stretch } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { useServerNow } from '../../kernel/now.ts'
import { wordsFor } from '../../kernel/words.ts'
import { StateBadge, type StateLook } from '../../ui/badges.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Section } from '../../ui/page.tsx'
import { ShutButton } from '../../ui/shut-button.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { whyShut } from '../devices/shut-words.ts'
import { ActionDialog } from './action-dialog.tsx'
import { ActionResult } from './action-result.tsx'
import { actionsQuery, cancelAction } from './queries.ts'

const looks: Record<ActionView['state'], Omit<StateLook, 'says'>> = {
  queued: { icon: IconHourglass, colour: 'amber' },
  delivered: { icon: IconPlayerPlay, colour: 'petrol' },
  succeeded: { icon: IconCheck, colour: 'moss' },
  failed: { icon: IconX, colour: 'brick' },
  refused: { icon: IconBan, colour: 'brick' },
  cancelled: { icon: IconBan, colour: 'gray' },
  expired: { icon: IconClock, colour: 'gray' },
  unanswered: { icon: IconQuestionMark, colour: 'amber' },
}

/** What was asked for, in a line: `Change a setting: filter.strength = 3`. */
const asked = ({ action, input }: ActionView): string => {
  const says = remoteActions[action].says
  if (action === 'set_setting') return `${says}: ${String(input.key)} = ${String(input.value)}`
  return action === 'fetch_log' ? `${says}: ${String(input.name)}` : says
}

const Running = ({ action, now }: { action: ActionView; now: number }) =>
  action.endedAt === null ? (
    <Text component="span" size="xs" c="dimmed">
      for {stretch(now - (action.deliveredAt ?? action.queuedAt))}, expires in{' '}
      {stretch(Math.max(0, action.expiresAt - now))}
    </Text>
  ) : null

const columns = (device: DeviceView, now: number, cancel: (action: ActionView) => void): Column<ActionView>[] => {
  const zone = device.site.zone
  return [
    {
      id: 'what',
      header: 'Action',
      headline: true,
      cell: (row) => (
        <Stack gap={2}>
          <Text component="span" fw={550}>
            {asked(row)}
          </Text>
          {row.because && (
            <Text component="span" size="xs" c="dimmed">
              <bdi>{row.because}</bdi>
            </Text>
          )}
        </Stack>
      ),
    },
    {
      id: 'state',
      header: 'State',
      width: '17rem',
      cell: (row) => (
        <Stack gap={2}>
          <StateBadge look={{ ...looks[row.state], says: actionStateSays[row.state] }} />
          <Running action={row} now={now} />
        </Stack>
      ),
    },
    { id: 'by', header: 'Asked by', width: '10rem', cell: (row) => row.requestedBy },
    {
      id: 'queued',
      header: 'Queued',
      width: '12rem',
      cell: (row) => <TimeText at={row.queuedAt} zone={zone} seconds />,
    },
    {
      id: 'result',
      header: '',
      align: 'end',
      width: '10rem',
      cell: (row) =>
        row.state === 'succeeded' ? (
          <ActionResult action={row} />
        ) : row.endedAt === null ? (
          <ShutButton may={row.may.cancel} size="compact-xs" variant="default" onClick={() => cancel(row)}>
            Cancel
          </ShutButton>
        ) : null,
    },
  ]
}

/** What can be asked of the device, and what became of what was asked. */
export const DeviceActions = ({ device }: { device: DeviceView }) => {
  const list = useInfiniteQuery(actionsQuery(device.id))
  const now = useServerNow(1_000)
  const cache = useQueryClient()
  const [open, setOpen] = useState<RemoteActionName | null>(null)
  const cancel = useMutation({
    mutationFn: (action: ActionView) => cancelAction(action.id),
    onSettled: () => cache.invalidateQueries({ queryKey: key('actions', device.id) }),
  })
  const offered = remoteActionNames.filter((name) => {
    const may = device.may[remoteActions[name].activity]
    return may.ok || may.because !== 'not_granted'
  })
  return (
    <Section
      title="Actions"
      flush
      actions={
        <Group gap="xs">
          {offered.map((name) => (
            <ShutButton
              key={name}
              variant="default"
              may={whyShut(device.may[remoteActions[name].activity], device)}
              onClick={() => setOpen(name)}
            >
              {remoteActions[name].says}
            </ShutButton>
          ))}
        </Group>
      }
    >
      {cancel.error && (
        <Text role="alert" c="brick" px="md" py="xs">
          {wordsFor(cancel.error)}
        </Text>
      )}
      <Paged list={list}>
        {(rows) => (
          <DataTable
            label="Actions"
            columns={columns(device, now, (action) => cancel.mutate(action))}
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <Empty title="Nothing was asked of this device yet">
                The device picks an action up at its next check-in; its state stands here until it is done or has
                expired.
              </Empty>
            }
          />
        )}
      </Paged>
      {open && <ActionDialog device={device} action={open} onClose={() => setOpen(null)} />}
    </Section>
  )
}
