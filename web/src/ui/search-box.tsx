import { CloseButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'

/** A search field: Escape or the cross empties it; Enter and the arrow down lead to what was found. */
export const SearchBox = ({
  label,
  value,
  onChange,
  onLeave,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  /** Puts the focus on what was found. */
  onLeave?: () => void
}) => (
  <TextInput
    type="search"
    aria-label={label}
    placeholder={label}
    value={value}
    maxLength={100}
    leftSection={<IconSearch size={15} aria-hidden />}
    rightSection={value && <CloseButton size="xs" aria-label="Empty the search" onClick={() => onChange('')} />}
    onChange={(event) => onChange(event.currentTarget.value)}
    onKeyDown={(event) => {
      if (event.key === 'Escape') onChange('')
      if (onLeave && (event.key === 'Enter' || event.key === 'ArrowDown')) {
        event.preventDefault()
        onLeave()
      }
    }}
  />
)
