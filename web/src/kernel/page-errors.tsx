import { useRouteError } from 'react-router'
import { ErrorState, Refused } from '../ui/notices.tsx'
import { wordsFor } from './words.ts'

/** In place of a page that broke, or whose code could not be loaded. */
export const PageFailed = () => {
  const error = useRouteError()
  return <ErrorState says={wordsFor(error)} onRetry={() => location.reload()} />
}

/** In place of an address that leads nowhere. */
export const PageMissing = () => <Refused says="There is no such page." />
