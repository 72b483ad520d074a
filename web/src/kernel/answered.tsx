import type { Page } from '@gatehouse/shared/views/basics'
import { Button, Center } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react'
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

const rowsIn = (around: HTMLElement): NodeListOf<HTMLElement> =>
  around.querySelectorAll<HTMLElement>('tbody > tr, ul > li[tabindex]')

/** As `Answered` for a list in pages: all rows so far, and how to get more. */
export const Paged = <T,>({
  list,
  children,
}: {
  list: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  children: (rows: T[]) => ReactNode
}) => {
  const foot = useRef<HTMLDivElement>(null)
  /** Where the rows are, and how many there were, when more was asked for with a key. */
  const asked = useRef<{ around: HTMLElement; before: number }>(undefined)
  const pages = list.data?.pages.length
  // Whoever pressed a key goes on with what came; the button may be gone by now.
  useEffect(() => {
    if (pages === undefined || !asked.current) return
    const { around, before } = asked.current
    asked.current = undefined
    const rows = rowsIn(around)
    const row = rows[before] ?? rows[before - 1]
    // A row that opens nothing takes no focus by itself; it is no stop of the Tab key for all that.
    if (row && !row.hasAttribute('tabindex')) row.tabIndex = -1
    row?.focus()
  }, [pages])
  if (!list.data) return list.error ? <Failed error={list.error} onRetry={() => void list.refetch()} /> : <Loading />
  const more = ({ detail }: MouseEvent) => {
    const around = foot.current?.parentElement
    asked.current = detail === 0 && around ? { around, before: rowsIn(around).length } : undefined
    void list.fetchNextPage()
  }
  return (
    <>
      {children(list.data.pages.flatMap((page) => page.rows))}
      {list.hasNextPage && (
        <Center p="sm" ref={foot}>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={more}>
            Show more
          </Button>
        </Center>
      )}
    </>
  )
}
