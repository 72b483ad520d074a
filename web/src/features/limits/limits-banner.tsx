import type { LimitView } from '@gatehouse/shared/views/limits'
import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useZone } from '../../kernel/zone.ts'
import { limitNoteId } from '../../ui/at-limit.ts'
import { TimeText } from '../../ui/time-text.tsx'
import { limitsQuery } from './queries.ts'

const titles: Record<LimitView['kind'], string> = {
  log: 'Nothing new can be begun at the moment',
  disk_full: 'Nothing new can be begun at the moment',
  disk_filling: 'The disk of the server fills up',
  copy: 'The copy of the audit log is behind',
}

/** What may not be begun, and what may be done all the while: it is the same whatever stops it. */
const StopsAndGoesOn = () => (
  <>
    <br />
    <b>Waits:</b> new sessions, actions, approvals and exports, and changes of people, rights, devices and policies.
    <br />
    <b>Goes on:</b> what runs already; asking for access, denying, withdrawing and ending; reading, signing in and
    taking rights away.
  </>
)

const Whose = ({ limit: { customer } }: { limit: LimitView }) =>
  customer && (
    <>
      {' '}
      of <bdi>{customer.name}</bdi>
    </>
  )

const Words = ({ limit, zone }: { limit: LimitView; zone: string }) => {
  const since = <TimeText at={limit.since} zone={zone} withZone />
  switch (limit.kind) {
    case 'log':
      return (
        <>
          The audit log
          <Whose limit={limit} /> has been behind since {since}, and nothing may be done that it could not show. The
          maker's administrators have been told.
          <StopsAndGoesOn />
        </>
      )
    case 'disk_full':
      return (
        <>
          The disk of the server has been nearly full since {since}, and the audit log needs what room is left. The
          maker's administrators have been told.
          <StopsAndGoesOn />
        </>
      )
    case 'disk_filling':
      return <>Since {since}. Everything works; make room before nothing new can be begun.</>
    case 'copy':
      return <>Since {since}, what is written down does not reach the copy outside. Everything works.</>
  }
}

/** At the top of every page, while the log or the disk is at its limit, for those whom it keeps from something. */
export const LimitsBanner = () => {
  const zone = useZone()
  const { data } = useQuery(limitsQuery)
  const first = data?.limits.find(({ stops }) => stops)
  return data?.limits.map((limit) => (
    <Alert
      key={`${limit.kind} ${limit.customer?.id}`}
      id={limit === first ? limitNoteId : undefined}
      color={limit.stops ? 'brick' : 'amber'}
      radius={0}
      py="xs"
      role="status"
      icon={limit.stops ? <IconAlertTriangle aria-hidden /> : <IconInfoCircle aria-hidden />}
      title={titles[limit.kind]}
    >
      <Text size="sm">
        <Words limit={limit} zone={zone} />
      </Text>
    </Alert>
  ))
}
