import type { LogView } from '@gatehouse/shared/views/integrity'
import { Stack, Text } from '@mantine/core'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './integrity.module.css'
import { number } from './looks.tsx'

type Restore = LogView['restores'][number]

const entries = (from: number, to: number) =>
  from === to ? `entry ${number(to)}` : `entries ${number(from)} to ${number(to)}`

const lostOf = ({ kept, signed }: Restore): string =>
  signed > kept
    ? `What was signed as ${entries(kept + 1, signed)} is lost, for ever.`
    : 'Nothing that had been signed was lost.'

const keptOf = ({ kept }: Restore): string =>
  kept === 0
    ? ' Nothing of what was there before is kept.'
    : ` ${kept === 1 ? 'Entry 1 is' : `The first ${number(kept)} entries are`} the same as before.`

/** What was lost because an older copy of the database was put back, and who said so. */
export const Restores = ({ log, zone }: { log: LogView; zone: string }) => (
  <ul className={classes.faults}>
    {log.restores.map((one) => (
      <li key={one.epoch} className={classes.fault}>
        <Stack gap={4}>
          <Text fw={600}>
            {lostOf(one)}
            {keptOf(one)}
          </Text>
          <Text size="sm">
            An older copy of the database was put back. {one.by ?? 'Somebody'} wrote that down by a command on the
            server, <TimeText at={one.at} zone={zone} withZone />
            {one.reason === null ? '.' : `: “${one.reason}”`}
          </Text>
          <Text size="sm" c="dimmed">
            Since then the log goes on as its part {one.epoch} (in checkpoints: epoch {one.epoch}).
          </Text>
        </Stack>
      </li>
    ))}
    <li className={classes.fault}>
      <Text size="sm" c="dimmed">
        Every checkpoint since then says the same as this page, so that it cannot be kept from anybody. Devices went
        over to the new part only by a signed order of this server, and still hold what they held before. Keep your
        older checkpoints and bundles too: they show what was there.
      </Text>
    </li>
  </ul>
)
