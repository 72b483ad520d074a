import { momentOf, presets, wallOf } from '@gatehouse/shared/audit-times'
import { Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core'
import { IconCalendar } from '@tabler/icons-react'
import { useState } from 'react'
import { dateTime } from '../../kernel/format.ts'
import classes from './audit-list.module.css'

interface Stretch {
  from?: number
  to?: number
}

const saysOf = ({ from, to }: Stretch, zone: string): string => {
  if (from !== undefined && to !== undefined) return `${dateTime(from, zone)} – ${dateTime(to, zone)}`
  if (from !== undefined) return `Since ${dateTime(from, zone)}`
  return to === undefined ? 'Any time' : `Before ${dateTime(to, zone)}`
}

/** Chooses a stretch of time by the clock of a zone, which is written out. */
export const TimeChoice = ({
  value,
  zone,
  onChange,
}: {
  value: Stretch
  zone: string
  onChange: (stretch: Stretch) => void
}) => {
  const [opened, setOpened] = useState(false)
  const choose = (stretch: Stretch) => {
    setOpened(false)
    onChange(stretch)
  }
  const field = (edge: 'from' | 'to', label: string) => (
    <TextInput
      type="datetime-local"
      label={label}
      value={value[edge] === undefined ? '' : wallOf(value[edge], zone)}
      onChange={(event) => {
        const text = event.currentTarget.value
        const at = momentOf(text, zone, edge)
        if (at !== undefined || text === '') onChange({ ...value, [edge]: at })
      }}
    />
  )
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-start"
      shadow="md"
      withinPortal={false}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconCalendar size={15} aria-hidden />}
          onClick={() => setOpened(!opened)}
          aria-label={`Time: ${saysOf(value, zone)}`}
        >
          {saysOf(value, zone)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.stretch}>
        <Stack gap="sm">
          <Group gap="xs">
            {Object.values(presets).map((one) => (
              <Button
                key={one.says}
                size="compact-sm"
                variant="light"
                onClick={() => choose({ from: one.from(Date.now(), zone), to: undefined })}
              >
                {one.says}
              </Button>
            ))}
            <Button size="compact-sm" variant="subtle" onClick={() => choose({ from: undefined, to: undefined })}>
              Any time
            </Button>
          </Group>
          {field('from', 'From')}
          {field('to', 'Until')}
          <Text size="xs" c="dimmed">
            By the clock of {zone}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
