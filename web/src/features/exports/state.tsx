import type { ExportState, ExportView } from '@gatehouse/shared/views/exports'
import { Badge, Progress, Stack, Text } from '@mantine/core'
import { IconBan, IconCheck, IconClock, IconHourglass, IconTrash, IconX, type TablerIcon } from '@tabler/icons-react'
import { counted } from '../../kernel/format.ts'

const looks: Record<ExportState, { says: string; colour: string; icon: TablerIcon }> = {
  queued: { says: 'Waiting', colour: 'gray', icon: IconClock },
  running: { says: 'Being made', colour: 'blue', icon: IconHourglass },
  done: { says: 'Ready', colour: 'moss', icon: IconCheck },
  failed: { says: 'Not made', colour: 'brick', icon: IconX },
  cancelled: { says: 'Cancelled', colour: 'gray', icon: IconBan },
  expired: { says: 'No longer kept', colour: 'gray', icon: IconTrash },
}

/** How far an export has come. */
export const StateBadge = ({ state }: { state: ExportState }) => {
  const look = looks[state]
  return (
    <Badge color={look.colour} leftSection={<look.icon size={13} aria-hidden />}>
      {look.says}
    </Badge>
  )
}

const number = new Intl.NumberFormat('en-GB')

/** How much of it is written; of a bundle first what goes into it is found. */
export const ProgressLine = ({ one }: { one: ExportView }) => {
  const { state, done, total } = one
  const known = total !== null && total > 0 && done > 0
  const words =
    state === 'queued'
      ? 'Waits for its turn'
      : done === 0
        ? 'Finding the events'
        : total === null
          ? counted(done, 'event')
          : `${number.format(done)} of about ${number.format(total)} events`
  return (
    <Stack gap={4}>
      {state === 'running' && (
        <Progress
          value={known ? Math.min(100, (100 * done) / total) : 100}
          animated={!known}
          aria-label="How much is written"
        />
      )}
      <Text size="sm" c="dimmed" aria-live="polite">
        {words}
      </Text>
    </Stack>
  )
}
