import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'

/** For a terminal that is only looked at: all of it in small letters, or letters that can be read, and scrolling. */
export const LettersSwitch = ({ onChange }: { onChange: (whole: boolean) => void }) => {
  const [whole, setWhole] = useState(true)
  return (
    <SegmentedControl
      aria-label="Letters"
      size="xs"
      value={whole ? 'whole' : 'large'}
      onChange={(value) => {
        setWhole(value === 'whole')
        onChange(value === 'whole')
      }}
      data={[
        { value: 'whole', label: 'Whole screen' },
        { value: 'large', label: 'Large letters' },
      ]}
    />
  )
}
