import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { Page } from '../../ui/page.tsx'
import { ExportsLink } from '../exports/exports-link.tsx'
import { AuditLog } from './audit-log.tsx'
import { VerifyOffline } from './verify-offline.tsx'

/** Everything that happened, as far as the person may see it. */
export default function AuditPage() {
  const me = useMe()
  return (
    <Page
      title="Audit log"
      lead="Everything you may see, newest first."
      width="full"
      actions={
        <>
          {holds(me, 'audit.verify', 'audit.view_maker') && (
            <Button variant="subtle" component={Link} to={paths.logs()}>
              Is the log whole?
            </Button>
          )}
          <ExportsLink />
          <VerifyOffline />
        </>
      }
    >
      <AuditLog />
    </Page>
  )
}
