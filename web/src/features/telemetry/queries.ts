import type { telemetryRoom } from '@gatehouse/bff/features/telemetry/routes'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof telemetryRoom>()
const one = client.devices[':deviceId']

/** The newest value of each declared item. */
export const valuesQuery = (deviceId: string) =>
  queryOptions({
    queryKey: key('values', deviceId),
    queryFn: ({ signal }) => said(one.values.$get({ param: { deviceId } }, { init: { signal } })),
  })

/** One item's history; `hours` back from now, or the window given in ms. */
export const trendQuery = (deviceId: string, item: string, window: { hours: number } | { from: number; to: number }) =>
  queryOptions({
    queryKey: key('trend', deviceId, item, window),
    queryFn: ({ signal }) => {
      const to = 'hours' in window ? Date.now() : window.to
      const from = 'hours' in window ? to - window.hours * 3_600_000 : window.from
      return said(
        one.trends[':key'].$get(
          { param: { deviceId, key: item }, query: { from: String(from), to: String(to) } },
          { init: { signal } },
        ),
      )
    },
    placeholderData: keepPreviousData,
  })
