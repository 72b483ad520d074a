import { useInfiniteQuery } from '@tanstack/react-query'
import { Paged } from '../../kernel/answered.tsx'
import { useZone } from '../../kernel/zone.ts'
import { Page, Section } from '../../ui/page.tsx'
import { AuditList, useAuditFilter } from './audit-list.tsx'
import { wholeAudit } from './queries.ts'

/** Everything that happened, as far as the person may see it. */
export default function AuditPage() {
  const { filter, controls, narrowed } = useAuditFilter()
  const list = useInfiniteQuery(wholeAudit(filter))
  const zone = useZone()
  return (
    <Page title="Audit log" lead={`Everything you may see, newest first. Times are in ${zone}.`} width="full">
      <Section actions={controls} flush>
        <Paged list={list}>
          {(rows) => (
            <AuditList rows={rows} zone={zone} withDevice narrowed={narrowed} stale={list.isPlaceholderData} />
          )}
        </Paged>
      </Section>
    </Page>
  )
}
