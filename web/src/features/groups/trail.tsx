import { Link } from 'react-router'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { Breadcrumbs } from '../../ui/page.tsx'
import type { Whose } from './whose.ts'

/** Where the pages of groups belong: below a customer for the maker's people; `inside` one page further down. */
export const Trail = ({ whose: { inAddress, name }, inside = false }: { whose: Whose; inside?: boolean }) => {
  const me = useMe()
  const above =
    me.customer || inAddress === undefined
      ? []
      : [
          <Link key="customers" to={paths.customers()}>
            Customers
          </Link>,
          <Link key="customer" to={paths.customer(inAddress)}>
            {name ?? 'Customer'}
          </Link>,
          <Link key="people" to={paths.people(inAddress)}>
            People
          </Link>,
        ]
  const trail = inside
    ? [
        ...above,
        <Link key="groups" to={paths.groups(inAddress)}>
          Groups
        </Link>,
      ]
    : above
  return trail.length > 0 ? <Breadcrumbs>{trail}</Breadcrumbs> : null
}
