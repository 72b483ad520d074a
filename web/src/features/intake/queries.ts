import type { intakeRoom } from '@gatehouse/bff/features/intake/routes'
import type { ReportFilter, ReportKind, ReportSeverity } from '@gatehouse/shared/intake/reports'
import type { ReportView } from '@gatehouse/shared/views/intake'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { hc } from 'hono/client'
import { apiFetch, room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

// For the pages that are open to everybody: a refusal there is no sign that a session is over.
const open = hc<typeof intakeRoom>('/api', { fetch: apiFetch })
const client = room<typeof intakeRoom>()
const one = client['security-reports'][':reportId']

/** What the pages that are open to everybody say: whose Gatehouse it is, who reads reports, how fast an answer comes. */
export const readIntake = (signal: AbortSignal) => said(open.security.$get({}, { init: { signal } }))

/** What somebody sends. */
export interface Reported {
  kind: ReportKind
  severity: ReportSeverity
  title: string
  place: string
  details: string
  email?: string
}

/** Sends a report; number and key come back this once. */
export const sendReport = (json: Reported) => said(open['security-reports'].$post({ json }))

/** What became of a report, by its number and key. */
export const lookUpReport = (json: { number: string; key: string }) =>
  said(open['security-reports'].lookup.$post({ json }))

/** Reports, the newest first. */
export const reportsQuery = ({ state, search }: { state: ReportFilter; search: string }) =>
  infiniteQueryOptions({
    queryKey: key('reports', 'list', { state, search }),
    queryFn: ({ pageParam, signal }) =>
      said(
        client['security-reports'].$get(
          { query: { limit: '50', state, ...(search && { search }), ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** How many reports are open, and how many of them are late. */
export const reportCountsQuery = queryOptions({
  queryKey: key('reports', 'counts'),
  queryFn: ({ signal }) => said(client['security-reports'].counts.$get({}, { init: { signal } })),
})

/** One report, as the maker reads it. */
export const reportQuery = (reportId: string) =>
  queryOptions({
    queryKey: key('report', reportId),
    queryFn: ({ signal }) => said(one.$get({ param: { reportId } }, { init: { signal } })),
  })

const useReportDeed = <Given>(reportId: string, deed: (given: Given) => Promise<ReportView>) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: deed,
    onSuccess: (report) => cache.setQueryData(reportQuery(reportId).queryKey, report),
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: key('reports') }),
        cache.invalidateQueries({ queryKey: key('report', reportId) }),
      ]),
  })
}

/** Answers a report. */
export const useAnswer = (reportId: string) =>
  useReportDeed(reportId, (text: string) => said(one.answers.$post({ param: { reportId }, json: { text } })))

/** Closes a report, and says why. */
export const useClose = (reportId: string) =>
  useReportDeed(reportId, (reason: string) => said(one.close.$post({ param: { reportId }, json: { reason } })))
