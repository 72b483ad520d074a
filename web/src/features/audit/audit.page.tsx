import { Anchor } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { Page, Section } from '../../ui/page.tsx'
import { ExportButton } from '../exports/export-button.tsx'
import { ExportsLink } from '../exports/exports-link.tsx'
import { AuditList, useAuditFilter } from './audit-list.tsx'
import { wholeAudit } from './queries.ts'
import { VerifyOffline } from './verify-offline.tsx'

/** Everything that happened, as far as the person may see it. */
export default function AuditPage() {
  const { filter, controls, narrowed } = useAuditFilter()
  const list = useInfiniteQuery(wholeAudit(filter))
  const zone = useZone()
  const me = useMe()
  return (
    <Page
      title="Audit log"
      lead={`Everything you may see, newest first. Times are in ${zone}.`}
      width="full"
      actions={
        <>
          {holds(me, 'audit.verify', 'audit.view_maker') && (
            <Anchor component={Link} to={paths.logs()} size="sm">
              Is the log whole?
            </Anchor>
          )}
          <ExportsLink />
          <ExportButton filter={filter} zone={zone} />
          <VerifyOffline />
        </>
      }
    >
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
