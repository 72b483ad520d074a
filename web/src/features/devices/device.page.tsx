import type { DeviceView } from '@gatehouse/shared/views/devices'
import { Badge, Tabs } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { Link, Navigate, useNavigate, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { type DeviceTab, deviceTabs, paths } from '../../kernel/paths.ts'
import { ConnectionBadge, DeviceStateBadge, RemovedBadge, SessionBadge } from '../../ui/badges.tsx'
import { Breadcrumbs, Page } from '../../ui/page.tsx'
import { DeviceActions } from '../actions/device-actions.tsx'
import { DeviceAlarms } from '../alarms/device-alarms.tsx'
import { DeviceAudit } from '../audit/device-audit.tsx'
import { DeviceRequests } from '../requests/device-requests.tsx'
import { Trends } from '../telemetry/trends.tsx'
import classes from './device.module.css'
import { DeviceDoors } from './device-doors.tsx'
import { DeviceMenu } from './device-menu.tsx'
import { Overview } from './overview.tsx'
import { useDevice } from './use-device.ts'

const tabSays: Record<DeviceTab, string> = {
  overview: 'Overview',
  trends: 'Trends',
  alarms: 'Alarms',
  actions: 'Actions',
  requests: 'Requests and sessions',
  audit: 'Audit',
}

/** What is left to see of a device that was removed: its history. */
const removedTabs = ['requests', 'audit'] as const satisfies DeviceTab[]
const tabsOf = (device: DeviceView): readonly DeviceTab[] => (device.removed ? removedTabs : deviceTabs)

const isTab = (text: string | undefined): text is DeviceTab => deviceTabs.includes(text as DeviceTab)

/** One device: what it is, how it is, what was done with it. */
export default function DevicePage() {
  const { deviceId = '', tab } = useParams()
  const device = useDevice(deviceId)
  if (!isTab(tab)) return <Navigate to={paths.device(deviceId)} replace />
  return (
    <Answered query={device}>
      {(found) => <DeviceFrame device={found} tab={tabsOf(found).includes(tab) ? tab : 'audit'} />}
    </Answered>
  )
}

const DeviceFrame = ({ device, tab }: { device: DeviceView; tab: DeviceTab }) => {
  const navigate = useNavigate()
  const list = useRef<HTMLDivElement>(null)
  // On a phone not all tabs fit: the one that is shown has to be among those that are seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab moves the row.
  useEffect(() => {
    const chosen = list.current?.querySelector('[data-active]')
    if (!list.current || !chosen) return
    const [row, one] = [list.current.getBoundingClientRect(), chosen.getBoundingClientRect()]
    if (one.right > row.right) list.current.scrollLeft += one.right - row.right
    else if (one.left < row.left) list.current.scrollLeft += one.left - row.left
  }, [tab])
  return (
    <Page
      title={device.name}
      about={tabSays[tab]}
      width="full"
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.fleet()}>Devices</Link>
          <Link to={`${paths.fleet()}?customer=${device.customer.id}`}>{device.customer.name}</Link>
          <Link to={`${paths.fleet()}?site=${device.site.id}`}>{device.site.name}</Link>
        </Breadcrumbs>
      }
      badges={
        <>
          {device.removed ? (
            <RemovedBadge />
          ) : device.state === 'active' ? (
            <ConnectionBadge connection={device.connection} lastHeardAt={device.lastHeardAt} />
          ) : (
            <DeviceStateBadge state={device.state} />
          )}
          {device.session && (
            <Link to={paths.session(device.session.id)} aria-label={`Session of ${device.session.technician.name}`}>
              <SessionBadge state={device.session.state} />
            </Link>
          )}
        </>
      }
      lead={
        <>
          {device.model.name} · <span className={classes.serial}>{device.serial}</span>{' '}
          {device.tags.map((tag) => (
            <Badge key={tag} color="gray">
              {tag}
            </Badge>
          ))}
        </>
      }
      actions={
        device.removed ? undefined : (
          <>
            <DeviceDoors device={device} />
            <DeviceMenu device={device} />
          </>
        )
      }
    >
      <Tabs
        value={tab}
        onChange={(next) => isTab(next ?? undefined) && void navigate(paths.device(device.id, next as DeviceTab))}
      >
        <Tabs.List className={classes.tabs} ref={list}>
          {tabsOf(device).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {tabSays[one]}
              {one === 'alarms' && device.alarms.open > 0 && ` (${device.alarms.open})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {tab === 'overview' && <Overview device={device} />}
      {tab === 'trends' && <Trends device={device} />}
      {tab === 'alarms' && <DeviceAlarms deviceId={device.id} zone={device.site.zone} />}
      {tab === 'actions' && <DeviceActions device={device} />}
      {tab === 'requests' && <DeviceRequests deviceId={device.id} />}
      {tab === 'audit' && <DeviceAudit deviceId={device.id} zone={device.site.zone} />}
    </Page>
  )
}
