import { createTheme, type MantineColorsTuple } from '@mantine/core'
import { marksText } from './marks-text.ts'

/** Deep water over steel: the one colour that means "you can do this". */
export const petrol: MantineColorsTuple = [
  '#edf6f7',
  '#d7eaed',
  '#aed4da',
  '#80bbc5',
  '#55a1ae',
  '#34899a',
  '#1c7080',
  '#125c6a',
  '#0d4753',
  '#08333c',
]

/** Warm greys of enamelled machine housings. */
export const gray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ef',
  '#e9e6e1',
  '#d9d5ce',
  '#bfbab1',
  '#98928a',
  '#6f6a63',
  '#54504a',
  '#393632',
  '#232120',
]

export const dark: MantineColorsTuple = [
  '#dcdbd7',
  '#bab8b3',
  '#9a9892',
  '#6b6b68',
  '#474a4a',
  '#383b3c',
  '#2a2d2e',
  '#1b1e1f',
  '#151819',
  '#0f1112',
]

/** Severities and states; each is also told by an icon and a word. */
const moss: MantineColorsTuple = [
  '#eff6ee',
  '#dcebda',
  '#bbd8b7',
  '#95c290',
  '#71ab6c',
  '#53934e',
  '#397a36',
  '#2d632b',
  '#214c20',
  '#163516',
]
const amber: MantineColorsTuple = [
  '#fdf5e6',
  '#fae8c6',
  '#f4d08c',
  '#ebb44f',
  '#dd9a22',
  '#b97c0e',
  '#925f06',
  '#784d04',
  '#5b3a03',
  '#3f2802',
]
const brick: MantineColorsTuple = [
  '#fdf0ed',
  '#f9dcd5',
  '#f1b8ab',
  '#e68e7b',
  '#da6850',
  '#c94a31',
  '#b03620',
  '#902a18',
  '#701f11',
  '#4e150b',
]
const slate: MantineColorsTuple = [
  '#eff3f8',
  '#dde6f0',
  '#bccde2',
  '#96b0d0',
  '#7294bd',
  '#557aa8',
  '#42638d',
  '#345072',
  '#273d58',
  '#1a2a3e',
]

const control = { defaultProps: { size: 'xs' } }

/** The look of Gatehouse: compact by default, for people who look at many devices all day. */
export const theme = createTheme({
  colors: { petrol, gray, dark, moss, amber, brick, slate, green: moss, yellow: amber, red: brick, blue: slate },
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  black: '#1d1f1f',
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: {
    fontFamily: "'Inter Variable', system-ui, sans-serif",
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h4: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.125rem', xl: '1.25rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: control,
    TextInput: control,
    PasswordInput: control,
    NumberInput: control,
    Textarea: control,
    Select: { defaultProps: { ...control.defaultProps, ...marksText } },
    NativeSelect: control,
    MultiSelect: control,
    Checkbox: control,
    Radio: control,
    Switch: control,
    SegmentedControl: control,
    Text: { defaultProps: { size: 'sm' } },
    Anchor: { defaultProps: { size: 'sm', underline: 'always' } },
    Table: { defaultProps: { fz: 'xs' } },
    Badge: { defaultProps: { variant: 'light', size: 'sm', radius: 'sm' } },
    Paper: { defaultProps: { radius: 'md' } },
    Tooltip: {
      defaultProps: { openDelay: 150, events: { hover: true, focus: true, touch: true }, multiline: true, maw: 320 },
    },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 }, padding: 'lg' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
})

const roomyControl = { defaultProps: { size: 'md' } }

/** The same look with larger letters and targets: for approvers, who come seldom and often on a phone. */
export const roomyTheme = createTheme({
  components: {
    Button: roomyControl,
    TextInput: roomyControl,
    PasswordInput: roomyControl,
    NumberInput: roomyControl,
    Textarea: roomyControl,
    Select: roomyControl,
    NativeSelect: roomyControl,
    MultiSelect: roomyControl,
    Checkbox: roomyControl,
    Radio: roomyControl,
    Switch: roomyControl,
    SegmentedControl: roomyControl,
    Text: { defaultProps: { size: 'md' } },
    Anchor: { defaultProps: { size: 'md', underline: 'always' } },
    Badge: { defaultProps: { variant: 'light', size: 'lg', radius: 'sm' } },
  },
})
