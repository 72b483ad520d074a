import type { PolicyVersionView, PolicyView } from '@gatehouse/shared/views/policies'
import { Button, Text } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearchParams } from 'react-router'
import { Answered, Paged } from '../../kernel/answered.tsx'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { ChangeList } from './change-list.tsx'
import { Comparison } from './comparison.tsx'
import { placeSays } from './levels.ts'
import classes from './policy.module.css'
import { PolicyCrumbs } from './policy-crumbs.tsx'
import { historyQuery, policyQuery } from './queries.ts'
import { confirmedSays } from './words.ts'

/** Every version of a customer's policy: when, by whom, where, and what was changed. */
export default function HistoryPage() {
  const { customerId = '' } = useParams()
  const policy = useQuery(policyQuery(customerId))
  return <Answered query={policy}>{(found) => <History policy={found} />}</Answered>
}

const columns = (
  { version: present }: PolicyView,
  zone: string,
  compare: (from: number) => void,
): Column<PolicyVersionView>[] => [
  {
    id: 'version',
    header: 'Version',
    headline: true,
    width: '8rem',
    cell: ({ version }) => (
      <>
        <Text component="span" fw={600}>
          {version}
        </Text>
        {version === present && ' (present)'}
      </>
    ),
  },
  {
    id: 'when',
    header: 'When',
    width: '13rem',
    cell: ({ at }) => <TimeText at={at} zone={zone} withZone />,
  },
  { id: 'who', header: 'Who', width: '10rem', cell: ({ by }) => <bdi>{by}</bdi> },
  { id: 'where', header: 'For', width: '12rem', cell: (row) => <bdi>{placeSays(row)}</bdi> },
  { id: 'what', header: 'What was changed', cell: (row) => <ChangeList change={row} /> },
  {
    id: 'compare',
    header: '',
    align: 'end',
    width: '11rem',
    cell: ({ version }) =>
      version === present ? null : (
        <Button
          size="compact-sm"
          variant="subtle"
          className={classes.compare}
          aria-label={`Compare version ${version} with now`}
          onClick={() => compare(version)}
        >
          What is different now?
        </Button>
      ),
  },
]

const History = ({ policy }: { policy: PolicyView }) => {
  const { id, name } = policy.customer
  const zone = useZone()
  const list = useInfiniteQuery(historyQuery(id))
  const [, setQuery] = useSearchParams()
  const compare = (from: number) => {
    setQuery({ from: String(from) }, { replace: true })
    document.getElementById('comparison')?.scrollIntoView({ block: 'center' })
  }
  return (
    <Page
      title="History of the policy"
      about={name}
      width="full"
      breadcrumbs={<PolicyCrumbs customer={policy.customer} />}
      lead={confirmedSays(policy.confirmed, policy.version)}
      actions={
        <Button variant="default" component={Link} to={paths.policy(id)}>
          The policy as it is now
        </Button>
      }
    >
      {policy.version > 1 && <Comparison policy={policy} />}
      <Section title="Versions" flush>
        <Paged list={list}>
          {(rows) => (
            <>
              <DataTable
                label="Versions of the policy"
                columns={columns(policy, zone, compare)}
                rows={rows}
                rowKey={({ version }) => String(version)}
                empty={
                  <Empty title="Nothing has been changed yet">
                    The policy stands as it began. Every change of it will be listed here, with who made it.
                  </Empty>
                }
              />
              {rows.length > 0 && !list.hasNextPage && (
                <Text c="dimmed" size="sm" p="md">
                  Before version {rows.at(-1)?.version} the policy stood as it began.
                </Text>
              )}
            </>
          )}
        </Paged>
      </Section>
    </Page>
  )
}
