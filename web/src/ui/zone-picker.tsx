import { Group, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { dayOf, timeOfDay, zoneName } from '../kernel/format.ts'
import { findZones, listedZones } from './zones.ts'

const all = listedZones()

const clock = (now: number, zone: string) => `${timeOfDay(now, zone)} ${zoneName(now, zone)}`

/** Chooses an IANA time zone by city or region; shows what the clock says there. */
export const ZonePicker = ({
  label = 'Time zone',
  hint,
  value,
  now,
  error,
  onChange,
}: {
  label?: string
  /** What to choose, while nothing is. */
  hint?: string
  /** IANA name, or empty. */
  value: string
  /** ms since the epoch: what the clocks show. */
  now: number
  error?: string
  onChange: (zone: string) => void
}) => {
  const [search, setSearch] = useState(value)
  // The field shows the chosen zone; that is not a search, and then the chosen one stands first.
  const chosen = value !== '' && search === value
  const found = chosen ? [value, ...findZones('', all).filter((zone) => zone !== value)] : findZones(search, all)
  const data = value && !all.includes(value) ? [...all, value] : all
  return (
    <Select
      label={label}
      description={value ? `There it is ${clock(now, value)}, ${dayOf(now, value)}` : hint}
      placeholder="Type a city"
      withAsterisk
      searchable
      allowDeselect={false}
      selectFirstOptionOnChange
      selectFirstOptionOnDropdownOpen
      searchValue={search}
      onSearchChange={setSearch}
      data={data}
      filter={() => found.map((zone) => ({ value: zone, label: zone }))}
      value={value || null}
      onChange={(zone) => onChange(zone ?? '')}
      renderOption={({ option }) => (
        <Group justify="space-between" gap="xs" wrap="nowrap" flex={1}>
          <span>{option.value.replaceAll('_', ' ')}</span>
          <Text component="span" size="xs" opacity={0.8} data-tabular>
            {clock(now, option.value)}
          </Text>
        </Group>
      )}
      nothingFoundMessage="No such zone. Try the next large city."
      error={error}
    />
  )
}
