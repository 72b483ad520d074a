import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import type { ReactNode } from 'react'
import { styleNonce } from '../kernel/style-nonce.ts'
import { cssVariables } from './css-variables.ts'
import { theme } from './theme.ts'

const manager = localStorageColorSchemeManager({ key: 'gatehouse-colour-scheme' })

/** Puts the look around a page; `public/colour-scheme.js` has chosen light or dark before it runs. */
export const Look = ({ children }: { children: ReactNode }) => (
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariables}
    colorSchemeManager={manager}
    defaultColorScheme="auto"
    getStyleNonce={styleNonce}
    deduplicateInlineStyles
  >
    {children}
  </MantineProvider>
)
