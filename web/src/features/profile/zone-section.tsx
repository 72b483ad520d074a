import type { SettingsView } from '@gatehouse/shared/views/profile'
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { browserZone } from '../../kernel/format.ts'
import { useServerNow } from '../../kernel/now.ts'
import { Section } from '../../ui/page.tsx'
import { ZonePicker } from '../../ui/zone-picker.tsx'
import { useChangeSettings } from './settings.ts'

/** In which zone one reads times. `draft` is what is chosen on the page and not saved yet. */
export const ZoneSection = ({
  settings: { zone },
  draft,
  onDraft,
}: {
  settings: SettingsView
  draft: string | undefined
  onDraft: (zone: string | undefined) => void
}) => {
  const now = useServerNow(15_000)
  const here = browserZone()
  // The browser's zone is offered, and not kept before somebody says so.
  const shown = draft ?? zone ?? here
  const save = useChangeSettings(() => {
    onDraft(undefined)
    notifications.show({ message: 'Your time zone is saved.' })
  })
  const choose = (next: string) => {
    save.reset()
    onDraft(next === zone ? undefined : next)
  }
  const fault = formFault(save.error, ['zone'])
  return (
    <Section title="Time zone">
      <Stack gap="md" maw="34rem">
        <Text>
          {zone === null
            ? `You have not chosen one yet: times are in the zone of the browser you use. Once you choose one they are the same in every browser, and in the mails to you.`
            : `Times are in ${zone}, in every browser and in the mails to you. At devices the clock of their site counts.`}
        </Text>
        <ZonePicker
          label="Your time zone"
          hint="Type a city near you"
          value={shown}
          now={now}
          error={fieldFaults(save.error).zone}
          onChange={choose}
        />
        {fault && (
          <Alert color="brick" role="alert">
            {fault}
          </Alert>
        )}
        <Group gap="xs">
          <Button
            loading={save.isPending}
            disabled={shown === zone || !shown}
            onClick={() => save.mutate({ zone: shown })}
          >
            Save the time zone
          </Button>
          {shown !== here && (
            <Button variant="default" onClick={() => choose(here)}>
              Use this browser’s zone
            </Button>
          )}
          {zone !== null && draft === undefined && (
            <Button variant="subtle" disabled={save.isPending} onClick={() => save.mutate({ zone: null })}>
              Go by each browser again
            </Button>
          )}
        </Group>
      </Stack>
    </Section>
  )
}
