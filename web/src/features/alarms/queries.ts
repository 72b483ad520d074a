import type { alarmsRoom } from '@gatehouse/bff/features/alarms/routes'
import type { Severity } from '@gatehouse/shared/devices/declaration'
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof alarmsRoom>()

export interface AlarmFilter {
  state: 'open' | 'all'
  severity?: Severity
  search?: string
}

/** Alarms of every device one may see, newest first. */
export const alarmsQuery = ({ state, severity, search }: AlarmFilter) =>
  infiniteQueryOptions({
    queryKey: key('alarms', 'all', { state, severity, search }),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.alarms.$get(
          {
            query: {
              limit: '50',
              state,
              ...(severity && { severity }),
              ...(search && { search }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** Alarms of one device, newest first. */
export const deviceAlarmsQuery = (deviceId: string, state: 'open' | 'all') =>
  infiniteQueryOptions({
    queryKey: key('alarms', 'of', deviceId, state),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.devices[':deviceId'].alarms.$get(
          { param: { deviceId }, query: { limit: '50', state, ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** Says that somebody has seen to it. */
export const acknowledge = (alarmId: string, note: string) =>
  said(client.alarms[':alarmId'].acknowledge.$post({ param: { alarmId }, json: { note } }))
