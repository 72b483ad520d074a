import type { Named } from '@gatehouse/shared/views/basics'
import { Link } from 'react-router'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { Breadcrumbs } from '../../ui/page.tsx'

/** Where the pages about a policy belong. */
export const PolicyCrumbs = ({ customer, policy = true }: { customer: Named; policy?: boolean }) => {
  const own = useMe().customer !== null
  return (
    <Breadcrumbs>
      {[
        ...(own
          ? []
          : [
              <Link key="customers" to={paths.customers()}>
                Customers
              </Link>,
              <Link key="customer" to={paths.customer(customer.id)}>
                {customer.name}
              </Link>,
            ]),
        ...(policy
          ? [
              <Link key="policy" to={paths.policy(customer.id)}>
                Policy
              </Link>,
            ]
          : []),
      ]}
    </Breadcrumbs>
  )
}
