import { type PolicyAnswer, policyAnswers, type Rule } from '@gatehouse/shared/policies/policy'
import type { Window } from '@gatehouse/shared/policies/windows'
import type { SiteView } from '@gatehouse/shared/views/customers'
import { Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { isKnownZone } from '../../kernel/format.ts'
import { NextOpenings } from './openings.tsx'
import classes from './policy.module.css'
import { drawingOf, faultsOf, windowsOf } from './week.ts'
import { WeekGrid } from './week-grid.tsx'
import { WindowList } from './window-list.tsx'
import { answerSays } from './words.ts'

/** One of the answers; the one that holds at the other times cannot be it as well. */
const AnswerField = ({
  label,
  value,
  other,
  onChange,
}: {
  label: string
  value: PolicyAnswer
  other: PolicyAnswer
  onChange: (answer: PolicyAnswer) => void
}) => (
  <Stack gap={4}>
    <Text size="sm" fw={500}>
      {label}
    </Text>
    <SegmentedControl
      aria-label={label}
      value={value}
      onChange={(next) => onChange(next as PolicyAnswer)}
      data={policyAnswers.map((answer) => ({ value: answer, label: answerSays[answer], disabled: answer === other }))}
    />
  </Stack>
)

/** Where sites have clocks of their own: whose is looked at. */
const SiteField = ({
  sites,
  value,
  onChange,
}: {
  sites: readonly SiteView[]
  value: SiteView
  onChange: (id: string) => void
}) => (
  <Select
    label="Shown for the site"
    description="The same wall times hold at every site, each by its own clock."
    w="100%"
    maw="26rem"
    allowDeselect={false}
    data={sites.map(({ id, name, zone }) => ({ value: id, label: `${name} (${zone})` }))}
    value={value.id}
    onChange={(id) => id && onChange(id)}
  />
)

/** When a rule lets what through: two answers, the windows between them, and what comes of it. */
export const ClockFields = ({
  title,
  rule,
  sites,
  onChange,
}: {
  /** What the rule is about. */
  title: string
  rule: Rule
  /** The sites by whose clocks it goes. */
  sites: readonly SiteView[]
  onChange: (rule: Rule) => void
}) => {
  const phone = useMediaQuery('(max-width: 48em)')
  const [chosen, setChosen] = useState<string>()
  const site = sites.find((one) => one.id === chosen) ?? sites[0]
  const faults = useMemo(() => faultsOf(rule), [rule])
  const drawing = useMemo(() => drawingOf(rule.windows), [rule.windows])
  const write = (windows: Window[]) => onChange({ ...rule, windows })
  const sound = Object.keys(faults).length === 0
  return (
    <Stack gap="md" className={classes.timed}>
      <Group gap="lg" align="flex-start">
        <AnswerField
          label="While a window is open"
          value={rule.inside}
          other={rule.outside}
          onChange={(inside) => onChange({ ...rule, inside })}
        />
        <AnswerField
          label="At every other time"
          value={rule.outside}
          other={rule.inside}
          onChange={(outside) => onChange({ ...rule, outside })}
        />
      </Group>
      {site && new Set(sites.map((one) => one.zone)).size > 1 && (
        <SiteField sites={sites} value={site} onChange={setChosen} />
      )}
      <Stack gap={4}>
        <Group justify="space-between" align="flex-end" gap="xs">
          <Text fw={600}>
            Open in every week{site ? `, by the clock of ${site.name} (${site.zone})` : ', by the clock of the site'}
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            disabled={!drawing.week.some(Boolean)}
            onClick={() => write(drawing.others)}
          >
            Clear the week
          </Button>
        </Group>
        <WeekGrid
          label={`Week: ${title}`}
          week={drawing.week}
          fixed={drawing.fixed}
          onChange={(week) => write([...windowsOf(week, drawing.except), ...drawing.others])}
        />
        <Text size="sm" c="dimmed">
          {phone
            ? 'Tap a half hour to open or shut it; push the week sideways for the evening. '
            : 'Draw with the mouse, or go with the arrow keys and press the space bar; Shift takes it along. '}
          {drawing.fixed.some(Boolean) && 'What is hatched is changed in the list below.'}
        </Text>
      </Stack>
      <Stack gap={4}>
        <Text fw={600}>The windows</Text>
        <Text size="sm" c="dimmed">
          One that ends before it begins goes on into the next day; its days are those on which it begins.
        </Text>
        <WindowList windows={rule.windows} faults={faults} onChange={write} />
      </Stack>
      {sound && site && isKnownZone(site.zone) && <NextOpenings rule={rule} zone={site.zone} />}
    </Stack>
  )
}
