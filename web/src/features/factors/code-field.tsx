import { TextInput } from '@mantine/core'
import type { Ref } from 'react'
import classes from './factors.module.css'

const digits = 6

/** True when a code of an authenticator app is complete. */
export const isWholeCode = (code: string): boolean => code.length === digits

/** Six digits of an authenticator app; blanks that are pasted along are left out. */
export const CodeField = ({
  label,
  value,
  onChange,
  autoFocus,
  describedBy,
  ref,
}: {
  label: string
  value: string
  onChange: (code: string) => void
  autoFocus?: boolean
  describedBy?: string
  ref?: Ref<HTMLInputElement>
}) => (
  <TextInput
    ref={ref}
    size="sm"
    label={label}
    inputMode="numeric"
    autoComplete="one-time-code"
    placeholder="000000"
    classNames={{ input: classes.code }}
    aria-describedby={describedBy}
    autoFocus={autoFocus}
    data-autofocus={autoFocus || undefined}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, '').slice(0, digits))}
  />
)
