import { byteCount } from '@gatehouse/shared/amounts'
import { type ExportView, exportFormats, isUnderWay } from '@gatehouse/shared/views/exports'
import { Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { counted, dayOf } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { useZone } from '../../kernel/zone.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { ExportDialog } from './export-dialog.tsx'
import classes from './exports.module.css'
import { cancelExport, fileOf, myExports, removeExport } from './queries.ts'
import { ProgressLine, StateBadge } from './state.tsx'

const What = ({ one }: { one: ExportView }) => (
  <Stack gap={2} className={classes.what}>
    <Text component="span">
      {exportFormats[one.format].short.replace(/^p/, 'P')}: {one.words}
    </Text>
    {one.reason && (
      <Text component="span" size="sm" c="dimmed">
        For: {one.reason}
      </Text>
    )}
  </Stack>
)

const State = ({ one, zone }: { one: ExportView; zone: string }) => (
  <Stack gap={4}>
    <div>
      <StateBadge state={one.state} />
    </div>
    {isUnderWay(one.state) && <ProgressLine one={one} />}
    {one.error && <Text size="sm">{one.error}</Text>}
    {one.state === 'done' && one.expiresAt !== null && (
      <Text size="sm" c="dimmed">
        {counted(one.done, 'event')}, {byteCount(one.bytes ?? 0)}; kept until {dayOf(one.expiresAt, zone)}
      </Text>
    )}
  </Stack>
)

type Chosen = { deed: 'again' | 'remove'; one: ExportView }

const Deeds = ({ one, choose }: { one: ExportView; choose: (chosen: Chosen) => void }) => {
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => cancelExport(one.id),
    onError: (thrown) => notifications.show({ color: 'red', title: 'It goes on', message: wordsFor(thrown) }),
    onSettled: () => queries.invalidateQueries({ queryKey: myExports.queryKey }),
  })
  if (isUnderWay(one.state))
    return (
      <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel
      </Button>
    )
  return (
    <Group gap="xs" className={classes.deeds}>
      {one.state === 'done' && (
        <Button
          component="a"
          href={fileOf(one.id)}
          download
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
        >
          Download
        </Button>
      )}
      <Button variant="default" size="xs" onClick={() => choose({ deed: 'again', one })}>
        Ask again
      </Button>
      <Button variant="subtle" size="xs" onClick={() => choose({ deed: 'remove', one })}>
        Remove
      </Button>
    </Group>
  )
}

const RemoveDialog = ({ one, onClose }: { one: ExportView; onClose: () => void }) => {
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeExport(one.id),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: myExports.queryKey })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      title="Remove this export?"
      confirm="Remove"
      danger
      busy={remove.isPending}
      error={remove.error ? wordsFor(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text>
        {one.state === 'done' ? 'The file is removed here; copies you downloaded stay yours.' : 'It leaves this list.'}{' '}
        That it was asked for stays in the audit log.
      </Text>
    </ConfirmDialog>
  )
}

const columns = (zone: string, choose: (chosen: Chosen) => void): Column<ExportView>[] => [
  { id: 'what', header: 'What', headline: true, cell: (one) => <What one={one} /> },
  { id: 'at', header: 'Asked for', width: '12rem', cell: (one) => <TimeText at={one.askedAt} zone={zone} withZone /> },
  { id: 'state', header: 'State', width: '21rem', cell: (one) => <State one={one} zone={zone} /> },
  { id: 'deeds', header: '', width: '22rem', align: 'end', cell: (one) => <Deeds one={one} choose={choose} /> },
]

/** One's own exports of the audit log. */
export default function ExportsPage() {
  const list = useInfiniteQuery(myExports)
  const zone = useZone()
  const [chosen, choose] = useState<Chosen>()
  const close = () => choose(undefined)
  return (
    <Page
      title="My exports"
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.audit()}>Audit log</Link>
        </Breadcrumbs>
      }
      lead="What you took out of the audit log. Files are kept for seven days; only you can fetch them."
      width="full"
    >
      <Section flush>
        <Paged list={list}>
          {(rows) => (
            <DataTable
              label="My exports"
              columns={columns(zone, choose)}
              rows={rows}
              rowKey={({ id }) => id}
              empty={
                <Empty
                  title="You have exported nothing yet"
                  action={
                    <Button variant="default" component={Link} to={paths.audit()}>
                      Open the audit log
                    </Button>
                  }
                >
                  Narrow any list of events to what you need, and choose “Export…” above it.
                </Empty>
              }
            />
          )}
        </Paged>
      </Section>
      {chosen?.deed === 'again' && <ExportDialog asked={chosen.one} onClose={close} />}
      {chosen?.deed === 'remove' && <RemoveDialog one={chosen.one} onClose={close} />}
    </Page>
  )
}
