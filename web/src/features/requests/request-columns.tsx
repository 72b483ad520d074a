import type { RequestView } from '@gatehouse/shared/views/requests'
import { Text } from '@mantine/core'
import { Link } from 'react-router'
import { fromNow } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { RequestBadge } from '../../ui/badges.tsx'
import type { Column } from '../../ui/data-table.tsx'
import { activityShort, duration, inZone } from './words.ts'

/** The columns of a list of requests; `now` in ms by the server's clock. A device's own list needs no device. */
export const requestColumns = (now: number, { ofOneDevice = false } = {}): Column<RequestView>[] => [
  {
    id: 'reason',
    header: 'Why',
    headline: true,
    cell: (r) => (
      <Link to={paths.request(r.id)}>
        <Text span lineClamp={2} inherit miw="11rem" style={{ overflowWrap: 'anywhere' }}>
          <bdi>{r.reason}</bdi>
        </Text>
      </Link>
    ),
  },
  { id: 'state', header: 'State', width: '13rem', cell: (r) => <RequestBadge state={r.state} /> },
  ...(ofOneDevice
    ? []
    : [
        {
          id: 'device',
          header: 'Device',
          cell: (r: RequestView) => (
            <span>
              <bdi>{r.device.name}</bdi>
              <Text span inherit c="dimmed">
                {' '}
                · <bdi>{r.customer.name}</bdi>
              </Text>
            </span>
          ),
        },
      ]),
  { id: 'technician', header: 'Asked by', cell: (r) => <bdi>{r.technician.name}</bdi> },
  { id: 'what', header: 'What', wideOnly: true, cell: (r) => activityShort(r.activities) },
  { id: 'case', header: 'Case', width: '7rem', cell: (r) => <bdi>{r.caseNumber || '–'}</bdi> },
  {
    id: 'length',
    header: 'For',
    width: '7rem',
    wideOnly: true,
    cell: (r) => duration(r.decision?.minutes ?? r.minutes),
  },
  {
    id: 'asked',
    header: 'Asked',
    width: '8rem',
    cell: (r) => <time title={inZone(r.madeAt, r.device.zone)}>{fromNow(r.madeAt, now)}</time>,
  },
]
