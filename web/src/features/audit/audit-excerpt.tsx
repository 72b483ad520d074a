import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { Section } from '../../ui/page.tsx'
import classes from './audit-list.module.css'
import { EventRows } from './event-rows.tsx'
import { auditTail } from './queries.ts'

/**
 * The newest of the log about one request or session, kept up to date, and the way to all of it; nothing for whoever
 * sees no log.
 */
export const AuditExcerpt = ({
  title,
  scope,
  zone,
  narrow,
}: {
  title: string
  scope: Pick<AuditFilter, 'requestId' | 'sessionId'>
  zone: string
  narrow?: boolean
}) => {
  const sees = holds(useMe(), 'audit.view')
  const events = useQuery({ ...auditTail(scope), enabled: sees })
  if (!sees) return null
  return (
    <Section
      title={title}
      flush
      actions={
        <Anchor component={Link} to={paths.audit(scope)} size="sm">
          Show all, search and export
        </Anchor>
      }
    >
      <Answered query={events}>
        {({ rows, next }) => (
          <>
            {rows.length > 0 && (
              <Text size="sm" c="dimmed" className={classes.about}>
                Times are in {zone}.
              </Text>
            )}
            <EventRows rows={rows} zone={zone} withDevice={false} narrowed={false} stale={false} narrow={narrow} />
            {next !== null && (
              <Text size="sm" c="dimmed" className={classes.about}>
                These are the newest {rows.length}.{' '}
                <Anchor component={Link} to={paths.audit(scope)} inherit>
                  Show all
                </Anchor>
              </Text>
            )}
          </>
        )}
      </Answered>
    </Section>
  )
}
