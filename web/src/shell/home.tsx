import { Navigate } from 'react-router'
import { useMe } from '../kernel/me.ts'
import { paths } from '../kernel/paths.ts'

/** The first page: the fleet for the maker's people, what waits for an answer for the customer's. */
export default function Home() {
  const me = useMe()
  const first = me.customer && me.activities.includes('session.approve') ? paths.approvals() : paths.fleet()
  return <Navigate to={first} replace />
}
