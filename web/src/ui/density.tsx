import { MantineThemeProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './density.module.css'
import { roomyTheme } from './theme.ts'

/** Larger letters, targets and distances for everything inside: the approvers' variant. */
export const Roomy = ({ children }: { children: ReactNode }) => (
  <MantineThemeProvider theme={roomyTheme} inherit>
    <div className={classes.roomy} data-density="roomy">
      {children}
    </div>
  </MantineThemeProvider>
)
