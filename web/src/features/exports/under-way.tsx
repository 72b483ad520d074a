import { byteCount } from '@gatehouse/shared/amounts'
import { type ExportView, isUnderWay } from '@gatehouse/shared/views/exports'
import { Alert, Anchor, Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconBan, IconDownload } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Paged } from '../../kernel/answered.tsx'
import { counted, dateTime, zoneName } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { DialogDeeds } from '../../ui/dialog-deeds.tsx'
import { Facts } from '../../ui/facts.tsx'
import classes from './exports.module.css'
import { fileOf, myExports } from './queries.ts'
import { ProgressLine } from './state.tsx'

const Ready = ({ one, onClose }: { one: ExportView; onClose: () => void }) => (
  <Stack gap="md">
    <Facts
      facts={[
        ['File', one.fileName],
        ['Holds', `${counted(one.done, 'event')}, ${byteCount(one.bytes ?? 0)}`],
        [
          'SHA-256',
          <code key="hash" className={classes.hash}>
            {one.sha256}
          </code>,
        ],
        [
          'Kept until',
          one.expiresAt === null ? '' : `${dateTime(one.expiresAt, one.zone)} ${zoneName(one.expiresAt, one.zone)}`,
        ],
      ]}
    />
    {one.format === 'bundle' && (
      <Text size="sm" c="dimmed">
        Check it with the key that you noted down when your log was begun, and with a verifier from a place you trust:
        README.txt in the zip says how.
      </Text>
    )}
    <DialogDeeds>
      <Button variant="default" onClick={onClose}>
        Close
      </Button>
      <Button component="a" href={fileOf(one.id)} download leftSection={<IconDownload size={16} aria-hidden />}>
        Download
      </Button>
    </DialogDeeds>
  </Stack>
)

const endedSays = ({ state }: ExportView): string =>
  state === 'failed'
    ? 'The export was not made'
    : state === 'cancelled'
      ? 'The export was cancelled'
      : 'The export is no longer kept'

/** An export that was asked for, until it is ready. */
export const UnderWay = ({ id, onClose }: { id: string; onClose: () => void }) => {
  const list = useInfiniteQuery(myExports)
  return (
    <Paged list={{ ...list, hasNextPage: false }}>
      {(rows) => {
        const one = rows.find((row) => row.id === id)
        if (one?.state === 'done') return <Ready one={one} onClose={onClose} />
        const ended = one && !isUnderWay(one.state)
        return (
          <Stack gap="md">
            {one && !ended && <ProgressLine one={one} />}
            {ended && (
              <Alert
                color={one.state === 'failed' ? 'brick' : 'gray'}
                role="alert"
                icon={one.state === 'failed' ? <IconAlertTriangle aria-hidden /> : <IconBan aria-hidden />}
                title={endedSays(one)}
              >
                {one.error}
              </Alert>
            )}
            <Text size="sm" c="dimmed">
              {ended
                ? 'Ask for it again from the log, or under '
                : 'You need not wait here: it goes on in the background, and is kept under '}
              <Anchor component={Link} to={paths.exports()} size="sm">
                My exports
              </Anchor>
              {ended ? '.' : ' for seven days.'}
            </Text>
            <DialogDeeds>
              <Button variant="default" onClick={onClose}>
                Close
              </Button>
            </DialogDeeds>
          </Stack>
        )
      }}
    </Paged>
  )
}
