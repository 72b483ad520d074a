import { QueryClient } from '@tanstack/react-query'
import { onLeaving } from './leave.ts'
import { ApiError } from './words.ts'

const passing = new Set(['unreachable', 'unavailable'])

/** Asks again only where waiting may help: no answer, or a server that says it is not ready. */
export const worthRetrying = (failures: number, thrown: unknown): boolean =>
  thrown instanceof ApiError && passing.has(thrown.code) && failures < 3

/** The cache of one signed-in tab; it is emptied before the sign-in page is shown. */
export const makeQueryClient = (): QueryClient => {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // Live hints say when something changed; this only bounds how often a page that is opened again asks again.
        staleTime: 5_000,
        retry: worthRetrying,
        // A machine hall's network has no internet; the browser's idea of being online says nothing about us.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
  onLeaving(() => client.clear())
  return client
}
