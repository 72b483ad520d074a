import { useEffect, useState } from 'react'

/** The token of the link that led here. It stands behind `#`, and leaves the address bar and the history at once. */
export const useLinkToken = (): string => {
  const [token] = useState(() => location.hash.slice(1))
  useEffect(() => {
    if (location.hash) history.replaceState(history.state, '', location.pathname + location.search)
  }, [])
  return token
}
