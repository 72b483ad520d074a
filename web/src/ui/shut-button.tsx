import type { May } from '@gatehouse/shared/views/basics'
import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import { isAtLimit, limitNoteId, shortly } from './at-limit.ts'

interface ShutButtonProps extends ButtonProps {
  /** The server's verdict. */
  may: May
  onClick: () => void
  children: ReactNode
}

/** A button that, where it may not be used, says why: on hover, on focus and on a tap. It stays reachable by keyboard. */
export const ShutButton = ({ may: verdict, onClick, children, ...look }: ShutButtonProps) => {
  const may = shortly(verdict)
  return may.ok ? (
    <Button {...look} onClick={onClick}>
      {children}
    </Button>
  ) : (
    <Tooltip label={may.says}>
      <Button
        {...look}
        data-disabled
        aria-disabled
        aria-describedby={isAtLimit(may) ? limitNoteId : undefined}
        aria-label={`${typeof children === 'string' ? children : ''} (not possible: ${may.says})`}
        onClick={(event) => event.preventDefault()}
      >
        {children}
      </Button>
    </Tooltip>
  )
}
