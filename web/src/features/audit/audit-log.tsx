import type { AuditFilter, AuditScope } from '@gatehouse/shared/audit-filter'
import { Button, Group, Pill, Text } from '@mantine/core'
import { IconArrowUp } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { Paged } from '../../kernel/answered.tsx'
import { counted } from '../../kernel/format.ts'
import { useZone } from '../../kernel/zone.ts'
import { focusFirstRow } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { ExportButton } from '../exports/export-button.tsx'
import classes from './audit-list.module.css'
import { EventRows } from './event-rows.tsx'
import { ClearFilters, FilterBar } from './filter-bar.tsx'
import { inert } from './inert.ts'
import { auditList, auditNames } from './queries.ts'
import { countOf, type Filtering, useAuditFilter } from './use-audit-filter.ts'
import { useTail } from './use-tail.ts'
import { Withheld } from './withheld.tsx'

const scopeSays: Partial<Record<AuditScope, string>> = {
  customerId: 'Customer',
  siteId: 'Site',
  deviceId: 'Device',
  personId: 'Person',
  requestId: 'Request',
  sessionId: 'Session',
}

const everything: AuditFilter = {}

/** What the list is about, where its address says so, and how to lift that. */
const About = ({ own, change, names }: Pick<Filtering, 'own' | 'change'> & { names: Record<string, string> }) => {
  const about = (Object.keys(scopeSays) as AuditScope[]).flatMap((name) => {
    const id = own[name]
    return id === undefined ? [] : [{ name, says: `${scopeSays[name]}: ${inert(names[id] ?? `…${id.slice(-6)}`)}` }]
  })
  if (about.length === 0) return null
  return (
    <Group gap="xs" className={classes.about}>
      <Text size="sm" c="dimmed">
        Only events of
      </Text>
      {about.map(({ name, says }) => (
        <Pill
          key={name}
          size="md"
          withRemoveButton
          removeButtonProps={{ 'aria-label': `No longer only of ${says}` }}
          onRemove={() => change({ [name]: undefined })}
        >
          <bdi>{says}</bdi>
        </Pill>
      ))}
    </Group>
  )
}

/**
 * The log, or what of it `scope` is about: searched, filtered and kept up to date. Times are those of `zone`, or of the
 * site that the address names, or else the reader's own.
 */
export const AuditLog = ({
  title,
  scope = everything,
  zone: given,
  withDevice = true,
}: {
  title?: string
  scope?: AuditFilter
  zone?: string
  withDevice?: boolean
}) => {
  const filtering = useAuditFilter(scope)
  const { filter, own } = filtering
  const list = useInfiniteQuery(auditList(filter))
  const withheld = list.data?.pages[0]?.withheld ?? []
  const mine = useZone()
  const known = useQuery({
    ...auditNames(own),
    enabled: Object.keys(scopeSays).some((name) => own[name as AuditScope] !== undefined),
  }).data
  const zone = given ?? known?.zone ?? mine
  const top = useRef<HTMLDivElement>(null)
  const events = useRef<HTMLDivElement>(null)
  const loaded = list.isPlaceholderData ? undefined : list.data?.pages.flatMap((page) => page.rows)
  const tail = useTail(filter, loaded, top)
  return (
    <Section title={title} flush>
      <About own={own} change={filtering.change} names={known?.names ?? {}} />
      <FilterBar filtering={filtering} zone={zone} toRows={() => focusFirstRow(events.current)} />
      <Group justify="space-between" className={classes.zone}>
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            Times are in {zone}.
          </Text>
          <Text size="xs" c="dimmed" visibleFrom="md" className={classes.keys}>
            <kbd>/</kbd> search <kbd>j</kbd> <kbd className={classes.pair}>k</kbd> move <kbd>Enter</kbd> open{' '}
            <kbd>Esc</kbd> close
          </Text>
          <ClearFilters filtering={filtering} visibleFrom="sm" size="compact-xs" />
        </Group>
        <ExportButton filter={filter} zone={zone} />
      </Group>
      <Withheld customers={withheld} />
      <div ref={top} />
      {tail.waiting > 0 && (
        <Button
          className={classes.fresh}
          size="compact-md"
          radius="xl"
          leftSection={<IconArrowUp size={15} aria-hidden />}
          onClick={() => {
            tail.show()
            top.current?.scrollIntoView({ block: 'center' })
          }}
        >
          {counted(tail.waiting, 'new event')}
        </Button>
      )}
      <div ref={events}>
        <Paged list={list}>
          {(rows) => (
            <EventRows
              rows={rows}
              zone={zone}
              withDevice={withDevice}
              narrowed={countOf(own) > 0}
              withheld={withheld.length > 0}
              stale={list.isPlaceholderData}
            />
          )}
        </Paged>
      </div>
    </Section>
  )
}
