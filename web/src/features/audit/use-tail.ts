import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import type { AuditListRow } from '@gatehouse/shared/views/audit'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useState } from 'react'
import { fresherThan, putInto } from './fresh.ts'
import { auditList, auditTail } from './queries.ts'

/** True while the top of the list is on the screen. */
const useAtTop = (top: RefObject<HTMLElement | null>): boolean => {
  const [atTop, setAtTop] = useState(true)
  useEffect(() => {
    if (!top.current) return
    const observer = new IntersectionObserver(([entry]) => setAtTop(entry?.isIntersecting ?? true))
    observer.observe(top.current)
    return () => observer.disconnect()
  }, [top])
  return atTop
}

/**
 * What came into the log since a list was loaded: put where it belongs at once while one looks at its top, else counted, so that no
 * row moves under whoever reads further down. `show` puts it there.
 */
export const useTail = (
  filter: AuditFilter,
  rows: readonly AuditListRow[] | undefined,
  top: RefObject<HTMLElement | null>,
) => {
  const cache = useQueryClient()
  const tail = useQuery({ ...auditTail(filter), enabled: rows !== undefined }).data
  const atTop = useAtTop(top)
  const { queryKey } = auditList(filter)
  const isWhole = cache.getQueryData(queryKey)?.pages.at(-1)?.next === null
  const fresh = rows && tail ? fresherThan(rows, tail.rows, isWhole) : []
  const show = () => {
    // More than a page: what lies between is not known.
    if (fresh.length > 0 && fresh.length === tail?.rows.length && tail.next !== null && rows && rows.length > 0)
      return void cache.invalidateQueries({ queryKey })
    cache.setQueryData(queryKey, (data) => data && { ...data, pages: putInto(data.pages, fresh) })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what came in, and where one looks, that count.
  useEffect(() => {
    if (atTop && fresh.length > 0) show()
  }, [atTop, fresh.length])
  return { waiting: atTop ? 0 : fresh.length, show }
}
