import { Alert, Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { browserZone, isKnownZone, sameClock, timeOfDay } from '../../kernel/format.ts'
import { useMe } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { wordsFor } from '../../kernel/words.ts'
import { useChangeSettings } from './settings.ts'

/** Which difference has been seen; signing out forgets it. */
const seenAs = (personId: string) => `gatehouse.zone-hint ${personId}`

/** Tells whoever travels that times are not those of the clock on the wall, once per session, and offers to change it. */
export const ZoneHint = () => {
  const { id, zone } = useMe()
  const now = useServerNow(30_000)
  const here = browserZone()
  const difference = `${zone} ${here}`
  const [seen, setSeen] = useState(() => sessionStorage.getItem(seenAs(id)))
  const use = useChangeSettings(() => notifications.show({ message: `Times are in ${here} from now on.` }))
  if (zone === null || !isKnownZone(zone) || !isKnownZone(here) || sameClock(now, zone, here)) return null
  if (seen === difference) return null
  const keep = () => {
    sessionStorage.setItem(seenAs(id), difference)
    setSeen(difference)
  }
  return (
    <Alert color="amber" radius={0} py="xs" role="status">
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          Times are in {zone}, where it is {timeOfDay(now, zone)}. This browser is in {here}, where it is{' '}
          {timeOfDay(now, here)}.{use.error && ` ${wordsFor(use.error)}`}
        </Text>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            loading={use.isPending}
            onClick={() => use.mutate({ zone: here })}
          >
            Use {here}
          </Button>
          <Button size="compact-sm" variant="default" onClick={keep}>
            Keep {zone}
          </Button>
        </Group>
      </Group>
    </Alert>
  )
}
