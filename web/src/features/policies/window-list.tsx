import { type Window, weekdays } from '@gatehouse/shared/policies/windows'
import { dayNames, windowSays } from '@gatehouse/shared/policies/words'
import { Button, Chip, Group, Pill, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useId, useState } from 'react'
import classes from './policy.module.css'

const office: Window = { from: '08:00', to: '17:00', weekdays: [...weekdays.slice(0, 5)], dates: [], except: [] }
const once: Window = { ...office, weekdays: [] }

/** `8:00` as it is kept: `08:00`. */
const tidy = (text: string) => (/^\d:\d\d$/.test(text) ? `0${text}` : text)

/** Some dates, added one by one. */
const Dates = ({
  label,
  dates,
  error,
  onChange,
}: {
  label: string
  dates: readonly string[]
  error: string | undefined
  onChange: (dates: string[]) => void
}) => {
  const [date, setDate] = useState('')
  const add = () => {
    if (date) onChange([...new Set([...dates, date])].sort())
    setDate('')
  }
  return (
    <Stack gap={4}>
      <Group gap="xs" align="flex-end">
        <TextInput
          type="date"
          label={label}
          value={date}
          error={error}
          onChange={(event) => setDate(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            add()
          }}
        />
        <Button variant="default" disabled={!date} aria-label={`${label}: add this date`} onClick={add}>
          Add
        </Button>
      </Group>
      {dates.length > 0 && (
        <Group gap={4}>
          {dates.map((one) => (
            <Pill
              key={one}
              withRemoveButton
              removeButtonProps={{ 'aria-label': `Remove ${one}`, tabIndex: 0, 'aria-hidden': false }}
              onRemove={() => onChange(dates.filter((other) => other !== one))}
            >
              {one}
            </Pill>
          ))}
        </Group>
      )}
    </Stack>
  )
}

const WindowFields = ({
  window,
  at,
  faults,
  onChange,
  onRemove,
}: {
  window: Window
  at: number
  faults: Readonly<Record<string, string>>
  onChange: (window: Window) => void
  onRemove: () => void
}) => {
  const id = useId()
  const faultOf = (field: keyof Window) =>
    Object.entries(faults).find(([path]) => path.startsWith(`windows.${at}.${field}`))?.[1]
  const time = (field: 'from' | 'to', label: string) => (
    <TextInput
      label={label}
      w="6.5rem"
      inputMode="numeric"
      placeholder={office[field]}
      value={window[field]}
      error={faultOf(field)}
      onChange={(event) => onChange({ ...window, [field]: event.currentTarget.value })}
      onBlur={() => onChange({ ...window, [field]: tidy(window[field].trim()) })}
    />
  )
  return (
    <fieldset className={classes.window} aria-label={`Window ${at + 1}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Text fw={600} id={id}>
          {Object.keys(faults).some((path) => path.startsWith(`windows.${at}.`)) ? 'New window' : windowSays(window)}
        </Text>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconTrash size={14} aria-hidden />}
          aria-describedby={id}
          onClick={onRemove}
        >
          Remove
        </Button>
      </Group>
      <Group gap="md" align="flex-start">
        {time('from', 'From')}
        {time('to', 'Until')}
        <Stack gap={6}>
          <Text size="sm" fw={500}>
            Every week on
          </Text>
          <Chip.Group
            multiple
            value={window.weekdays}
            onChange={(days) => onChange({ ...window, weekdays: weekdays.filter((day) => days.includes(day)) })}
          >
            <Group gap={4}>
              {weekdays.map((day) => (
                <Chip key={day} value={day} size="xs">
                  {dayNames[day]}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {faultOf('weekdays') && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              {faultOf('weekdays')}
            </Text>
          )}
        </Stack>
        <Dates
          label="Also on this date"
          dates={window.dates}
          error={faultOf('dates')}
          onChange={(dates) => onChange({ ...window, dates })}
        />
        <Dates
          label="But not on this date"
          dates={window.except}
          error={faultOf('except')}
          onChange={(except) => onChange({ ...window, except })}
        />
      </Group>
    </fieldset>
  )
}

/** The windows of a rule as plain fields: nothing depends on drawing. */
export const WindowList = ({
  windows,
  faults,
  onChange,
}: {
  windows: readonly Window[]
  /** Sentences by the path of the field: `windows.0.from`. */
  faults: Readonly<Record<string, string>>
  onChange: (windows: Window[]) => void
}) => (
  <Stack gap="sm">
    {windows.map((window, at) => (
      <WindowFields
        // biome-ignore lint/suspicious/noArrayIndexKey: windows have no names, and their place is what the fields edit
        key={at}
        window={window}
        at={at}
        faults={faults}
        onChange={(next) => onChange(windows.map((one, i) => (i === at ? next : one)))}
        onRemove={() => onChange(windows.filter((_, i) => i !== at))}
      />
    ))}
    {faults.windows && (
      <Text c="var(--mantine-color-error)" role="alert">
        {faults.windows}.
      </Text>
    )}
    <Group gap="xs">
      <Button
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...windows, office])}
      >
        Add a window
      </Button>
      <Button
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...windows, once])}
      >
        Add single dates
      </Button>
    </Group>
  </Stack>
)
