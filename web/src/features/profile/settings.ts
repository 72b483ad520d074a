import type { settingsRoom } from '@gatehouse/bff/features/profile/routes'
import type { NewsChoice } from '@gatehouse/shared/profile/news'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import { meQuery } from '../../kernel/me.ts'

const client = room<typeof settingsRoom>()

/** What one has chosen for oneself. */
export const settings = queryOptions({
  queryKey: key('me', 'settings'),
  queryFn: ({ signal }) => said(client.me.settings.$get({}, { init: { signal } })),
})

/** Changes a part of one's settings; the whole page goes by them from then on. `done` is called after that. */
export const useChangeSettings = (done: () => void) => {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (wanted: { zone: string | null } | { news: NewsChoice }) =>
      said(client.me.settings.$put({ json: wanted })),
    onSuccess: (changed) => {
      const { zone, news } = changed
      cache.setQueryData(settings.queryKey, changed)
      cache.setQueryData(meQuery.queryKey, (me) => me && { ...me, zone, news })
      done()
    },
  })
}
