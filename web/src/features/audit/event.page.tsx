import { withLocalTimes } from '@gatehouse/shared/audit-words'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { Known } from './event-detail.tsx'
import { Outcome } from './event-rows.tsx'
import { headline } from './headline.ts'
import { inert } from './inert.ts'
import { auditEvent } from './queries.ts'

/** One event, by its link. */
export default function EventPage() {
  const { eventId = '' } = useParams()
  const event = useQuery(auditEvent(eventId))
  const own = useZone()
  return (
    <Answered query={event}>
      {(found) => {
        const zone = found.zone ?? own
        return (
          <Page
            title={inert(withLocalTimes(headline(found), zone))}
            badges={<Outcome outcome={found.outcome} />}
            breadcrumbs={
              <Breadcrumbs>
                <Link to={paths.audit()}>Audit log</Link>
              </Breadcrumbs>
            }
            width="reading"
          >
            <Section>
              <Known event={found} zone={zone} />
            </Section>
          </Page>
        )
      }}
    </Answered>
  )
}
