import type { AuditOutcome } from '@gatehouse/shared/audit-events'
import { withLocalTimes } from '@gatehouse/shared/audit-words'
import type { AuditListRow, AuditRow } from '@gatehouse/shared/views/audit'
import { erasedWord } from '@gatehouse/shared/views/erasures'
import { Badge, Stack, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBan,
  IconCheck,
  IconCpu,
  IconQuestionMark,
  IconServer,
  IconUser,
  IconX,
} from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './audit-list.module.css'
import { ClaimedTime } from './claimed-time.tsx'
import { EventDetail } from './event-detail.tsx'
import { inert } from './inert.ts'

const outcomes: Record<AuditOutcome, { says: string; colour: string; icon: typeof IconCheck }> = {
  done: { says: 'Done', colour: 'moss', icon: IconCheck },
  refused: { says: 'Refused', colour: 'amber', icon: IconBan },
  failed: { says: 'Failed', colour: 'brick', icon: IconX },
  unknown: { says: 'Unknown', colour: 'gray', icon: IconQuestionMark },
}

/** How an event ended. */
export const Outcome = ({ outcome }: { outcome: AuditOutcome }) => {
  const look = outcomes[outcome]
  return (
    // Whole in a narrow column too: it is one word, and the column grows for it.
    <Badge miw="max-content" color={look.colour} leftSection={<look.icon size={13} aria-hidden />}>
      {look.says}
    </Badge>
  )
}

const actorIcons = { person: IconUser, device: IconCpu, system: IconServer }

/** Who did it, with the company. */
export const Who = ({ who }: { who: AuditRow['who'] }) => {
  const Icon = actorIcons[who.kind]
  return (
    <span className={classes.actor}>
      <Icon size={15} aria-hidden />
      <span className={classes.says}>
        {who.name === erasedWord ? <em>Erased person</em> : <bdi>{inert(who.name)}</bdi>}
        {who.company && <bdi className={classes.company}>{inert(who.company)}</bdi>}
      </span>
    </span>
  )
}

/** What stands behind a sentence: ids by which the same story is found elsewhere. */
const Behind = ({ row, zone, withDevice }: { row: AuditRow; zone: string; withDevice: boolean }) => (
  <span className={classes.behind}>
    {withDevice && row.device && (
      <Link to={paths.device(row.device.id, 'audit')}>
        <bdi>{inert(row.device.name)}</bdi>
      </Link>
    )}
    {withDevice && row.customer && <bdi>{inert(row.customer.name)}</bdi>}
    {row.requestId && <Link to={paths.request(row.requestId)}>request</Link>}
    {row.sessionId && <Link to={paths.session(row.sessionId)}>session</Link>}
    {row.approvalId && <span title={row.approvalId}>under approval {row.approvalId.slice(-6)}</span>}
    {row.from && <bdi>from {inert(row.from)}</bdi>}
    <ClaimedTime row={row} zone={zone} />
  </span>
)

const When = ({ row, zone }: { row: AuditRow; zone: string }) => (
  <Link to={paths.auditEvent(row.id)} className={classes.when}>
    <TimeText at={row.at} zone={zone} seconds />
  </Link>
)

/** When and by whom: side by side, or where there is less room one below the other. */
const whenAndWho = (zone: string, narrow: boolean): Column<AuditListRow>[] =>
  narrow
    ? [
        {
          id: 'at',
          header: 'When and who',
          width: '12.5rem',
          cell: (row) => (
            <Stack gap={2} align="flex-start">
              <When row={row} zone={zone} />
              <Who who={row.who} />
            </Stack>
          ),
        },
      ]
    : [
        { id: 'at', header: 'When', width: '13rem', cell: (row) => <When row={row} zone={zone} /> },
        { id: 'who', header: 'Who', width: '14rem', cell: (row) => <Who who={row.who} /> },
      ]

const columns = (
  zone: string,
  withDevice: boolean,
  narrow: boolean,
  open: ReadonlySet<string>,
): Column<AuditListRow>[] => [
  ...whenAndWho(zone, narrow),
  {
    id: 'what',
    header: 'What',
    headline: true,
    cell: (row) => (
      <Stack gap={2}>
        <Text component="span" className={classes.says} lineClamp={open.has(row.id) ? undefined : 4}>
          <bdi>{inert(withLocalTimes(row.says, zone))}</bdi>
        </Text>
        {row.altered && (
          <Badge color="brick" leftSection={<IconAlertTriangle size={13} aria-hidden />}>
            Not as it was written
          </Badge>
        )}
        <Behind row={row} zone={zone} withDevice={withDevice} />
        {open.has(row.id) && <EventDetail eventId={row.id} zone={zone} />}
      </Stack>
    ),
  },
  { id: 'outcome', header: 'Outcome', width: '7rem', cell: (row) => <Outcome outcome={row.outcome} /> },
]

/** Events as rows: when, who, what in a sentence, and how it ended; a row opens into all that is known of it. */
export const EventRows = ({
  rows,
  zone,
  withDevice,
  narrowed,
  withheld = false,
  stale,
  narrow = false,
}: {
  rows: readonly AuditListRow[]
  /** IANA zone the times are given in. */
  zone: string
  withDevice: boolean
  narrowed: boolean
  /** True where events are left out that nobody may see before he says what for. */
  withheld?: boolean
  stale: boolean
  /** In a page that is narrow on any screen. */
  narrow?: boolean
}) => {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const toggle = ({ id }: AuditListRow) =>
    setOpen((now) => new Set(now.has(id) ? [...now].filter((one) => one !== id) : [...now, id]))
  const close = ({ id }: AuditListRow) =>
    setOpen((now) => (now.has(id) ? new Set([...now].filter((one) => one !== id)) : now))
  return (
    <DataTable
      label="Audit log"
      columns={columns(zone, withDevice, narrow, open)}
      rows={rows}
      rowKey={(row) => row.id}
      onOpen={toggle}
      onClose={close}
      stale={stale}
      empty={
        narrowed ? (
          <Empty title="No event fits">Take a filter away, or look for other words.</Empty>
        ) : withheld ? (
          <Empty title="Nothing else to see">Open one of the logs named above: you are asked what for.</Empty>
        ) : (
          <Empty title="Nothing has happened yet">
            Everything that is done here, and everything refused, is listed for ever.
          </Empty>
        )
      }
    />
  )
}
