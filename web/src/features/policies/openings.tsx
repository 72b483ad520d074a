import { nextOpenings, type Opening } from '@gatehouse/shared/policies/answer'
import { isFreer, type Rule } from '@gatehouse/shared/policies/policy'
import { noteSays } from '@gatehouse/shared/policies/words'
import { Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import { zoneName } from '../../kernel/format.ts'
import { useServerNow } from '../../kernel/now.ts'
import { useZone } from '../../kernel/zone.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { openingSays } from './opening-words.ts'
import classes from './policy.module.css'
import { answerSays } from './words.ts'

const shown = 5

/** Openings in the site's time, the reader's and UTC, with what the clocks do to them. */
export const OpeningsTable = ({
  label,
  openings,
  zone,
  now,
}: {
  label: string
  openings: readonly Opening[]
  /** Of the site. */
  zone: string
  now: number
}) => {
  const mine = useZone()
  const named = (title: string, of: string): Column<Opening> => ({
    id: title,
    header: `${title} (${of})`,
    headline: of === zone,
    cell: (opening) => `${openingSays(opening, of, now)} ${zoneName(opening.from ?? now, of)}`,
  })
  const columns: Column<Opening>[] = [
    {
      ...named('At the site', zone),
      cell: (opening) => (
        <>
          {openingSays(opening, zone, now)} {zoneName(opening.from ?? now, zone)}
          {opening.notes.map((note) => (
            <Text key={note.from} className={classes.note} component="span" display="block">
              {noteSays(note)}
            </Text>
          ))}
        </>
      ),
    },
    ...(mine === zone || mine === 'UTC' ? [] : [named('For you', mine)]),
    ...(zone === 'UTC' ? [] : [named('UTC', 'UTC')].map((column) => ({ ...column, header: 'UTC' }))),
  ]
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={openings}
      rowKey={({ from }) => String(from)}
      empty={<Text p="sm">Within the next year it does not open.</Text>}
    />
  )
}

/** When a rule next lets more through than at other times: the very code that decides. */
export const NextOpenings = ({ rule, zone }: { rule: Rule; zone: string }) => {
  const now = useServerNow(60_000)
  const minute = Math.floor(now / 60_000) * 60_000
  const openings = useMemo(() => nextOpenings(rule, zone, minute, shown), [rule, zone, minute])
  const free = isFreer(rule.inside, rule.outside) ? rule.inside : rule.outside
  const mine = useZone()
  return (
    <Stack gap="xs">
      <Text fw={600}>
        The next {openings.length === 1 ? 'time' : `${openings.length} times`} of “{answerSays[free]}”
      </Text>
      {mine === zone && (
        <Text size="sm" c="dimmed">
          Your own clock shows the time of this site.
        </Text>
      )}
      <OpeningsTable label="Next openings" openings={openings} zone={zone} now={minute} />
    </Stack>
  )
}
