import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { serverAhead } from './now.ts'

/** No timer of a browser is longer than this; what is further away is waited for in steps. */
const longest = 2 ** 31 - 1
/** All pages that wait for the same window do not ask in the same moment, and none before the server's clock is there. */
const slack = () => 150 + Math.random() * 850
/** So often it is asked again where the server says the same as before: its clock may be a little behind. */
const mostTries = 5

/**
 * Asks for a query anew at the moment (ms, the server's clock) at which its answer turns by itself: a window of a
 * policy opens or closes. Nothing is asked for before, and nobody at the browser has done anything by it.
 */
export const useFreshAt = (queryKey: QueryKey, at: number | null | undefined) => {
  const cache = useQueryClient()
  const name = JSON.stringify(queryKey)
  useEffect(() => {
    if (at == null) return
    let timer: ReturnType<typeof setTimeout>
    let tries = 0
    const wait = () => {
      const left = at - (Date.now() + serverAhead(cache))
      const ahead = left > longest
      timer = setTimeout(() => (ahead ? wait() : ask()), ahead ? longest : Math.max(0, left) + slack())
    }
    const ask = () => {
      void cache.invalidateQueries({ queryKey: JSON.parse(name) as QueryKey })
      tries += 1
      if (tries < mostTries) timer = setTimeout(ask, 2_000 * tries)
    }
    wait()
    return () => clearTimeout(timer)
  }, [cache, name, at])
}
