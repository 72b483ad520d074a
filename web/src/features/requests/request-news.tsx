import type { LiveHint } from '@gatehouse/shared/views/live'
import { Anchor } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { Link, useLocation } from 'react-router'
import { useLiveHint } from '../../kernel/live.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { serverAhead } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { type News, newsOf, type Standing, standingOf } from './news.ts'
import { requestQuery } from './queries.ts'

const colours: Record<News['tone'], string> = { good: 'moss', bad: 'brick', open: 'amber' }

const named = (requestId: string) => `request ${requestId}`

const tell = (requestId: string, { title, text, to, tone }: News) =>
  notifications.show({
    id: named(requestId),
    title,
    color: colours[tone],
    autoClose: 20_000,
    message: (
      <>
        <bdi>{text}</bdi>
        <br />
        <Anchor component={Link} to={to} onClick={() => notifications.hide(named(requestId))}>
          {tone === 'open' ? 'Read and answer' : 'Open it'}
        </Anchor>
      </>
    ),
  })

/** Whoever looks at the request already, at its session, or at the list of what waits, needs no telling. */
const isShown = ({ tone }: News, ids: (string | undefined)[]): boolean =>
  (tone === 'open' && location.pathname === paths.approvals()) ||
  ids.some((id) => id !== undefined && location.pathname.includes(id))

/** Tells a technician of answers, and an approver of questions, on whatever page they are. Draws nothing by itself. */
export const RequestNews = () => {
  const me = useMe()
  const cache = useQueryClient()
  const seen = useRef(new Map<string, Standing>())
  const wanted = me.news
  const concerned = holds(me, 'session.request', 'session.approve')
  const hear = useCallback(
    async ({ about, requestId }: LiveHint) => {
      if ((about !== 'requests' && about !== 'sessions') || requestId === undefined || !concerned) return
      const shown = requestQuery(requestId)
      // Read before the answer is asked for: what this page has known until now.
      const cached = cache.getQueryData(shown.queryKey)
      const before = seen.current.get(requestId) ?? (cached && standingOf(cached, me.id))
      try {
        const request = await cache.fetchQuery({ ...shown, staleTime: 0 })
        const news = newsOf(request, before, me.id, Date.now() + serverAhead(cache))
        seen.current.set(requestId, standingOf(request, me.id))
        if (news && wanted[news.kind].note && !isShown(news, [requestId, request.session?.id])) tell(requestId, news)
      } catch {
        // The page that shows it says what is wrong.
      }
    },
    [cache, me.id, wanted, concerned],
  )
  useLiveHint(hear)
  const { pathname } = useLocation()
  useEffect(() => {
    for (const id of seen.current.keys()) if (pathname.includes(id)) notifications.hide(named(id))
  }, [pathname])
  return null
}
