import type { CSSVariablesResolver } from '@mantine/core'
import { dark, gray, petrol } from './theme.ts'

/** What is not in Mantine's vocabulary, and the few of its colours that would be too faint for WCAG AA. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--gh-nav': '#0e2c33',
    '--gh-nav-hover': '#163b44',
    '--gh-nav-active': '#1c4852',
    '--gh-nav-text': '#c9dadd',
    '--gh-nav-faint': '#8fabb0',
    '--gh-width-reading': '46rem',
    '--gh-width-form': '34rem',
    '--gh-width-wide': '88rem',
  },
  light: {
    '--gh-canvas': gray[0],
    '--gh-line': gray[2],
    '--gh-line-strong': gray[3],
    '--gh-field-line': gray[5],
    '--gh-row-hover': petrol[0],
    '--gh-focus': petrol[6],
    '--mantine-color-placeholder': gray[6],
    '--mantine-color-default-border': gray[3],
    '--mantine-color-disabled-color': gray[6],
    '--mantine-color-anchor': petrol[7],
    '--mantine-color-error': 'var(--mantine-color-brick-6)',
  },
  dark: {
    '--gh-nav': '#0c1b1f',
    '--gh-nav-hover': '#13272c',
    '--gh-nav-active': '#19343b',
    '--gh-canvas': dark[8],
    '--gh-line': dark[5],
    '--gh-line-strong': dark[4],
    '--gh-field-line': dark[3],
    '--gh-row-hover': '#1d2b2f',
    '--gh-focus': petrol[3],
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-disabled-color': dark[2],
    '--mantine-color-anchor': petrol[3],
    '--mantine-color-error': 'var(--mantine-color-brick-3)',
  },
})
