import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconMinus, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { useZone } from '../../kernel/zone.ts'
import { StateBadge, type StateLook } from '../../ui/badges.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import type { DraftRow, NetworksDraft } from './draft.ts'
import classes from './networks.module.css'

const looks: Record<Exclude<DraftRow['state'], 'kept'>, StateLook> = {
  added: { says: 'To be added', icon: IconPlus, colour: 'moss' },
  removed: { says: 'To be removed', icon: IconMinus, colour: 'brick' },
  noted: { says: 'Other note', icon: IconPencil, colour: 'amber' },
}

interface TableProps {
  draft: NetworksDraft
  onNote: (row: DraftRow) => void
  /** Told when the line that had the focus is gone. */
  onGone: () => void
}

const Deeds = ({ row, draft, onNote, onGone }: TableProps & { row: DraftRow }) => {
  const frame = useRef<HTMLDivElement>(null)
  const before = useRef(row.state)
  useEffect(() => {
    // The button that was pressed has made room for another: whoever works by keyboard goes on there.
    if (before.current !== row.state && document.activeElement === document.body)
      frame.current?.querySelector('button')?.focus()
    before.current = row.state
  }, [row.state])
  return (
    <Group ref={frame} gap={4} wrap="nowrap" justify="flex-end">
      {row.state !== 'kept' && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconArrowBackUp size={14} aria-hidden />}
          aria-label={`Undo ${row.cidr}`}
          onClick={() => {
            draft.undo(row.cidr)
            if (row.state === 'added') onGone()
          }}
        >
          Undo
        </Button>
      )}
      {row.state !== 'removed' && (
        <>
          <Tooltip label="Write another note">
            <ActionIcon aria-label={`Write another note for ${row.cidr}`} onClick={() => onNote(row)}>
              <IconPencil size={16} />
            </ActionIcon>
          </Tooltip>
          {row.kept && (
            <Tooltip label="Remove">
              <ActionIcon aria-label={`Remove ${row.cidr}`} onClick={() => draft.remove(row.cidr)}>
                <IconTrash size={16} />
              </ActionIcon>
            </Tooltip>
          )}
        </>
      )}
    </Group>
  )
}

const columns = (zone: string, { mayEdit, ...rest }: TableProps & { mayEdit: boolean }): Column<DraftRow>[] => [
  {
    id: 'cidr',
    header: 'Network',
    headline: true,
    cell: (row) => (
      <span className={classes.cidr} data-gone={row.state === 'removed' || undefined}>
        <code>{row.cidr}</code>
        {row.state !== 'kept' && <StateBadge look={looks[row.state]} />}
      </span>
    ),
  },
  { id: 'note', header: 'Note', cell: (row) => <bdi className={classes.note}>{row.note || '–'}</bdi> },
  { id: 'by', header: 'Added by', cell: (row) => <bdi>{row.kept?.addedBy ?? 'You'}</bdi> },
  {
    id: 'at',
    header: 'Added',
    cell: (row) => (row.kept ? <TimeText at={row.kept.addedAt} zone={zone} withZone /> : 'Not saved yet'),
  },
  ...(mayEdit
    ? [
        {
          id: 'deeds',
          header: '',
          align: 'end' as const,
          width: '10rem',
          cell: (row: DraftRow) => <Deeds row={row} {...rest} />,
        },
      ]
    : []),
]

/** The networks of a list, with what is to become of them. */
export const NetworkTable = ({ whose, ...rest }: TableProps & { mayEdit: boolean; whose: string }) => {
  const zone = useZone()
  return rest.draft.rows.length === 0 ? (
    <Empty title="People may sign in from everywhere">
      <Text c="dimmed">No network is listed, so that nothing keeps {whose} out.</Text>
    </Empty>
  ) : (
    <DataTable label="Networks" columns={columns(zone, rest)} rows={rest.draft.rows} rowKey={(row) => row.cidr} />
  )
}
