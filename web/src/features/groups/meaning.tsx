import { activities } from '@gatehouse/shared/activities'
import type { May } from '@gatehouse/shared/views/basics'
import type { GroupPreview } from '@gatehouse/shared/views/groups'
import { Alert, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { formFault } from '../../kernel/field-faults.ts'
import { counted } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { ApiError } from '../../kernel/words.ts'
import { ErrorState } from '../../ui/notices.tsx'
import { Section } from '../../ui/page.tsx'
import type { GrantInput } from './draft.ts'
import classes from './groups.module.css'
import { previewQuery } from './queries.ts'
import { amountSays, andMore } from './words.ts'

/** What a draft comes to, as the server answers it. */
export interface Meaning {
  answer: UseQueryResult<GroupPreview>
  /** True while the answer shown is about an earlier state of the draft. */
  stale: boolean
}

/** Asks what a draft comes to; `grants` must stay the same object as long as it says the same. */
export const useMeaning = (customerId: string | null, groupId: string | null, grants: GrantInput[]): Meaning => {
  const [settled] = useDebouncedValue(grants, 300)
  const answer = useQuery(previewQuery(customerId, groupId, settled))
  return { answer, stale: settled !== grants || answer.isPlaceholderData || answer.isPending }
}

/** What a group means as it stands in the draft, compared to now. */
export const MeaningSection = ({
  meaning: { answer, stale },
  customerId,
  isNew,
  children,
}: {
  meaning: Meaning
  customerId: string | null
  isNew: boolean
  /** What can be done about it. */
  children?: ReactNode
}) => (
  <div className={classes.meaning}>
    <Section title="What this means">
      <Stack gap="md">
        <div className={classes.outcome} data-stale={stale || undefined} aria-busy={stale} aria-live="polite">
          {answer.error && answer.data === undefined ? (
            <ErrorState
              says={formFault(answer.error, []) ?? ''}
              correlationId={answer.error instanceof ApiError ? answer.error.correlationId : undefined}
              onRetry={() => void answer.refetch()}
            />
          ) : (
            <Answered query={answer}>
              {(preview) => (
                <>
                  <Devices preview={preview} customerId={customerId} isNew={isNew} />
                  <People preview={preview} isNew={isNew} />
                  <Changes preview={preview} customerId={customerId} isNew={isNew} />
                </>
              )}
            </Answered>
          )}
        </div>
        {children}
      </Stack>
    </Section>
  </div>
)

const Devices = ({
  preview: {
    devices: { before, after, sample },
  },
  customerId,
  isNew,
}: {
  preview: GroupPreview
  customerId: string | null
  isNew: boolean
}) => (
  <section>
    <h3>Devices it reaches</h3>
    <Text className={classes.many}>
      {isNew || before === after ? (
        counted(after, 'device')
      ) : (
        <>
          {before} <span aria-hidden>→</span>
          <VisuallyHidden>now, then</VisuallyHidden> {counted(after, 'device')}
        </>
      )}
    </Text>
    {sample.length > 0 && (
      <ul className={classes.sample}>
        {sample.map((one) => (
          <li key={one.id}>
            <Link to={paths.device(one.id)} target="_blank" title="Opens in a tab of its own">
              <bdi>{one.name}</bdi>
            </Link>{' '}
            <small>{[one.site, ...(customerId === null ? [one.customer] : []), one.serial].join(', ')}</small>
          </li>
        ))}
        {after > sample.length && <li>and {after - sample.length} more</li>}
      </ul>
    )}
    {sample.length === 0 && after > 0 && <Text c="dimmed">None of them is yours to see.</Text>}
  </section>
)

const People = ({ preview: { people }, isNew }: { preview: GroupPreview; isNew: boolean }) => (
  <section>
    <h3>People in it</h3>
    <Text>
      {people.count === 0
        ? isNew
          ? 'Nobody yet. Who is in a group is chosen on the page of the people.'
          : 'Nobody'
        : `${counted(people.count, 'person', 'people')}: ${andMore(people.sample, people.count)}`}
    </Text>
  </section>
)

const Changes = ({
  preview: { changes },
  customerId,
  isNew,
}: {
  preview: GroupPreview
  customerId: string | null
  isNew: boolean
}) => (
  <section>
    <h3>{isNew ? 'What it would allow' : 'What changes compared to now'}</h3>
    {changes.length === 0 ? (
      <Text>{isNew ? 'Nothing yet.' : 'Nothing: it allows what it allows now, on the same devices.'}</Text>
    ) : (
      <>
        <table className={classes.changes}>
          <thead>
            <tr>
              <th scope="col">Activity</th>
              <th scope="col">Gained on</th>
              {!isNew && <th scope="col">Lost on</th>}
            </tr>
          </thead>
          <tbody>
            {changes.map(({ activity, gained, lost }) => (
              <tr key={activity}>
                <td>{activities[activity].says}</td>
                <td data-way={gained > 0 ? 'gained' : 'none'}>{amountSays(activity, gained, customerId !== null)}</td>
                {!isNew && (
                  <td data-way={lost > 0 ? 'lost' : 'none'}>{amountSays(activity, lost, customerId !== null)}</td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
        {!isNew && (
          <Text c="dimmed" size="xs" mt="xs">
            By this group alone: people may hold the same by another one.
          </Text>
        )}
      </>
    )}
  </section>
)

/** Why a draft cannot be saved, where one should not have to point at the button to read it. */
export const Verdict = ({ may }: { may: May }) =>
  may.ok ? null : (
    <Alert color="amber" title="This cannot be saved">
      {may.says}
    </Alert>
  )
