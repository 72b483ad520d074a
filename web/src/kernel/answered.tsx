import type { Page } from '@gatehouse/shared/views/basics'
import { Button, Center } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ErrorState, Loading, Refused } from '../ui/notices.tsx'
import { ApiError, wordsFor } from './words.ts'

const shutCodes = new Set(['not_found', 'not_granted', 'view_only', 'policy_never', 'policy_closed'])

const Failed = ({ error, onRetry }: { error: Error; onRetry: () => void }) =>
  error instanceof ApiError && shutCodes.has(error.code) ? (
    <Refused says={error.says} />
  ) : (
    <ErrorState
      says={wordsFor(error)}
      correlationId={error instanceof ApiError ? error.correlationId : undefined}
      onRetry={onRetry}
    />
  )

/** A query on the page: what is on its way, refused or failed says so; else its data. Old data stays while it is renewed. */
export const Answered = <T,>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) => {
  if (query.data !== undefined) return children(query.data)
  return query.error ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading />
}

/** As `Answered` for a list in pages: all rows so far, and how to get more. */
export const Paged = <T,>({
  list,
  children,
}: {
  list: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  children: (rows: T[]) => ReactNode
}) => {
  if (!list.data) return list.error ? <Failed error={list.error} onRetry={() => void list.refetch()} /> : <Loading />
  return (
    <>
      {children(list.data.pages.flatMap((page) => page.rows))}
      {list.hasNextPage && (
        <Center p="sm">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </Center>
      )}
    </>
  )
}
