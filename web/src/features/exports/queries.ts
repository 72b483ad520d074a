import type { exportsRoom } from '@gatehouse/bff/features/exports/routes'
import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { filterToQuery } from '@gatehouse/shared/audit-query'
import type { Page } from '@gatehouse/shared/views/basics'
import { type ExportFormat, type ExportSince, type ExportView, isUnderWay } from '@gatehouse/shared/views/exports'
import { type InfiniteData, infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof exportsRoom>()

/** A filter as it stands in the address of a list. */
export const filterText = (filter: AuditFilter): string => new URLSearchParams(filterToQuery(filter)).toString()

/** While something is being made it is asked for again by itself: a hint may be lost. */
const asLongAsUnderWay = (data: InfiniteData<Page<ExportView>> | undefined): number | false =>
  data?.pages.some((page) => page.rows.some(({ state }) => isUnderWay(state))) ? 2_000 : false

/** One's own exports, newest first. */
export const myExports = infiniteQueryOptions({
  queryKey: key('exports', 'mine'),
  queryFn: ({ pageParam, signal }) =>
    said(
      client.me.exports.$get({ query: { limit: '50', ...(pageParam && { cursor: pageParam }) } }, { init: { signal } }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
  refetchInterval: ({ state }) => asLongAsUnderWay(state.data),
})

/** What an export of this filter would be. */
export const exportPreview = (filter: string, zone: string) =>
  queryOptions({
    queryKey: key('exports', 'preview', filter, zone),
    queryFn: ({ signal }) => said(client.me.exports.preview.$post({ json: { filter, zone } }, { init: { signal } })),
    staleTime: 10_000,
  })

/** The checkpoints that are stored of a log. */
export const checkpointsOf = (log: string) =>
  queryOptions({
    queryKey: key('exports', 'checkpoints', log),
    queryFn: ({ signal }) => said(client.me.exports.checkpoints.$get({ query: { log } }, { init: { signal } })),
    enabled: log !== '',
  })

/** What is asked for. */
export interface AskedExport {
  format: ExportFormat
  filter: string
  zone: string
  reason: string
  log?: string
  since?: ExportSince
}

export const askExport = (json: AskedExport) => said(client.me.exports.$post({ json }))

export const cancelExport = (exportId: string) =>
  said(client.me.exports[':exportId'].cancel.$post({ param: { exportId } }))

export const removeExport = (exportId: string) => said(client.me.exports[':exportId'].$delete({ param: { exportId } }))

/** Where the browser fetches the file of an export. */
export const fileOf = (exportId: string): string => `/api/me/exports/${encodeURIComponent(exportId)}/file`
