import type { PolicyComparison, PolicyView } from '@gatehouse/shared/views/policies'
import { Group, NumberInput, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { Section } from '../../ui/page.tsx'
import { ChangeList } from './change-list.tsx'
import { placeSays } from './levels.ts'
import classes from './policy.module.css'
import { comparisonQuery } from './queries.ts'

/** A version in the address; `undefined` for what is none. */
const versionIn = (text: string | null, present: number): number | undefined => {
  const version = text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined
  return version !== undefined && version >= 1 && version <= present ? version : undefined
}

/** Two versions beside each other, in words. Which ones stands in the address. */
export const Comparison = ({ policy }: { policy: PolicyView }) => {
  const { version: present } = policy
  const [query, setQuery] = useSearchParams()
  const from = versionIn(query.get('from'), present) ?? present - 1
  // Without a word the present one is meant, also after the next change.
  const to = versionIn(query.get('to'), present)
  const ask = (next: { from: number; to: number | undefined }) =>
    setQuery(
      { from: String(next.from), ...(next.to !== undefined && next.to !== present && { to: String(next.to) }) },
      { replace: true },
    )
  return (
    <div id="comparison">
      <Section title="Compare two versions">
        <Stack gap="md">
          <Group gap="sm" align="flex-end">
            <VersionField
              label="From version"
              value={from}
              present={present}
              onChange={(one) => ask({ from: one, to })}
            />
            <VersionField
              label="To version"
              value={to ?? present}
              present={present}
              onChange={(one) => ask({ from, to: one })}
            />
            <Text c="dimmed" size="sm">
              {to === undefined ? `Version ${present} is the present one.` : `The present one is version ${present}.`}{' '}
              Version 1 is how it began.
            </Text>
          </Group>
          <div aria-live="polite">
            {from > (to ?? present) ? (
              <Text>Choose a later version to compare version {from} with.</Text>
            ) : (
              <Difference customerId={policy.customer.id} from={from} to={to} />
            )}
          </div>
        </Stack>
      </Section>
    </div>
  )
}

const VersionField = ({
  label,
  value,
  present,
  onChange,
}: {
  label: string
  value: number
  present: number
  onChange: (version: number) => void
}) => (
  <NumberInput
    label={label}
    w="8rem"
    min={1}
    max={present}
    clampBehavior="strict"
    allowDecimal={false}
    allowNegative={false}
    value={value}
    onChange={(next) => {
      if (typeof next === 'number' && next >= 1 && next <= present) onChange(next)
    }}
  />
)

const Difference = ({ customerId, from, to }: { customerId: string; from: number; to: number | undefined }) => (
  <Answered query={useQuery(comparisonQuery(customerId, from, to))}>
    {(found) => <Levels comparison={found} now={to === undefined} />}
  </Answered>
)

const Levels = ({ comparison, now }: { comparison: PolicyComparison; now: boolean }) =>
  comparison.levels.length === 0 ? (
    <Text>
      {comparison.from === comparison.to
        ? 'That is one and the same version.'
        : `Nothing is different: what was changed after version ${comparison.from} was put back.`}
    </Text>
  ) : (
    <Stack gap="md">
      <Text fw={600}>
        {now
          ? `What is different now from version ${comparison.from}`
          : `What is different in version ${comparison.to} from version ${comparison.from}`}
      </Text>
      {comparison.levels.map((one) => (
        <section key={`${one.level} ${one.levelId}`} className={classes.level}>
          <h3>
            <bdi>{placeSays(one)}</bdi>
          </h3>
          <ChangeList change={one} />
        </section>
      ))}
    </Stack>
  )
