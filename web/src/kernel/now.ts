import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { meQuery } from './me.ts'

/** The time, ms since the epoch by this browser's clock moved by `offset`; drawn anew every `everyMs`. */
export const useNow = (everyMs: number, offset = 0): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now + offset
}

/** How far the server's clock is ahead of this browser's, ms, by what was said when the person was asked for. */
export const serverAhead = (cache: QueryClient): number => {
  const me = cache.getQueryState(meQuery.queryKey)
  return me?.data ? me.data.now - me.dataUpdatedAt : 0
}

/** The server's time as far as this browser knows it, drawn anew every `everyMs`: deadlines are told by its clock. */
export const useServerNow = (everyMs = 1_000): number => useNow(everyMs, serverAhead(useQueryClient()))
