import { Group } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './dialog-deeds.module.css'

/** The buttons at the foot of a dialog: always in sight, however long it is and however small the screen. */
export const DialogDeeds = ({ children }: { children: ReactNode }) => (
  <Group justify="flex-end" gap="xs" className={classes.deeds}>
    {children}
  </Group>
)
