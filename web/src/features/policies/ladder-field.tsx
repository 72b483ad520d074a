import type { LadderStep } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Button, Group, MultiSelect, NumberInput, Stack, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import classes from './policy.module.css'

type People = NonNullable<PolicyView['people']>

const mostSteps = 5
const usual = 15

/** Who can be chosen, and whoever stands there already without being able to answer. */
const choices = ({ approvers, groups, names }: People, chosen: readonly string[]) => {
  const known = new Set([...approvers, ...groups].map(({ id }) => id))
  const gone = chosen.filter((id) => !known.has(id))
  const asOption = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name })
  return [
    { group: 'People who may answer', items: approvers.map(asOption) },
    ...(groups.length > 0 ? [{ group: 'Groups', items: groups.map(asOption) }] : []),
    ...(gone.length > 0
      ? [
          {
            group: 'Left out: may not answer',
            items: gone.map((id) => ({ value: id, label: `${names[id] ?? 'Somebody unknown'} (left out)` })),
          },
        ]
      : []),
  ]
}

/** In which order people are told of a request; without a step all are told at once. */
export const LadderField = ({
  ladder,
  people,
  title,
  onChange,
}: {
  ladder: readonly LadderStep[]
  people: People
  /** Of the activity. */
  title: string
  onChange: (ladder: LadderStep[]) => void
}) => {
  const put = (at: number, more: Partial<LadderStep>) =>
    onChange(ladder.map((step, i) => (i === at ? { ...step, ...more } : step)))
  return (
    <Stack gap="xs">
      <div>
        <Text fw={500} size="sm">
          Who is told first
        </Text>
        <Text c="dimmed" size="xs">
          {ladder.length === 0
            ? 'Everybody who may answer is told at once.'
            : 'When nobody of a step has answered in its time, the next one is told as well; after the last, everybody who may answer. Whoever may answer always can. Silence is never a yes.'}
        </Text>
      </div>
      {ladder.map((step, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        <div key={i} className={classes.step}>
          <MultiSelect
            label={`Step ${i + 1}`}
            aria-label={`Step ${i + 1}: who is told, ${title}`}
            placeholder={step.who.length === 0 ? 'Choose people or groups' : undefined}
            data={choices(people, step.who)}
            value={step.who}
            error={step.who.length === 0 ? 'Choose at least one' : undefined}
            searchable
            maxValues={20}
            nothingFoundMessage="None of this name"
            onChange={(who) => put(i, { who })}
          />
          <NumberInput
            label="Time to answer"
            suffix=" minutes"
            min={1}
            max={1_440}
            step={5}
            allowDecimal={false}
            clampBehavior="blur"
            value={step.minutes === 0 ? '' : step.minutes}
            error={step.minutes < 1 ? 'From 1 to 1440 minutes' : undefined}
            onChange={(minutes) => put(i, { minutes: Number(minutes) })}
          />
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconTrash size={14} aria-hidden />}
            aria-label={`Take step ${i + 1} away: ${title}`}
            onClick={() => onChange(ladder.filter((_, at) => at !== i))}
          >
            Take away
          </Button>
        </div>
      ))}
      {ladder.length < mostSteps && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={`Add a step: ${title}`}
            onClick={() => onChange([...ladder, { who: [], minutes: usual }])}
          >
            {ladder.length === 0 ? 'Tell people one after another' : 'Add a step'}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
