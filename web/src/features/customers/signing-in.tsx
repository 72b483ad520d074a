import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/page.tsx'
import { networksQuery } from '../networks/queries.ts'

/** How the people of a customer get in. */
export const SigningIn = ({ customerId }: { customerId: string }) => (
  <Section title="Signing in">
    <Answered query={useQuery(networksQuery(customerId))}>
      {({ networks }) => (
        <Facts
          facts={[
            [
              'From',
              <Link key="networks" to={paths.networks(customerId)}>
                {networks.length === 0 ? 'Everywhere' : counted(networks.length, 'network')}
              </Link>,
            ],
          ]}
        />
      )}
    </Answered>
  </Section>
)
