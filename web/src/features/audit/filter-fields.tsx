import type { AuditOutcome } from '@gatehouse/shared/audit-events'
import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { type AuditKind, auditKindNames, auditKinds } from '@gatehouse/shared/audit-kinds'
import { MultiSelect, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { inert } from './inert.ts'
import { auditNames, auditPeople } from './queries.ts'
import { TimeChoice } from './time-choice.tsx'
import type { Filtering } from './use-audit-filter.ts'

const outcomes: { value: AuditOutcome; label: string }[] = [
  { value: 'done', label: 'Done' },
  { value: 'refused', label: 'Refused' },
  { value: 'failed', label: 'Failed' },
  { value: 'unknown', label: 'Unknown' },
]

const some = <T,>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)

const People = ({ filter, change }: Filtering) => {
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const { people: chosen = [], search: _, ...rest } = filter
  const found = useQuery(auditPeople(rest, settled)).data?.rows ?? []
  const names = useQuery({ ...auditNames(filter), enabled: chosen.length > 0 }).data?.names ?? {}
  const unlisted = chosen.filter((id) => !found.some((one) => one.id === id))
  return (
    <MultiSelect
      aria-label="People"
      placeholder={chosen.length > 0 ? undefined : 'Anybody'}
      searchable
      clearable
      hidePickedOptions
      searchValue={search}
      onSearchChange={setSearch}
      // Whoever is found was looked for by the server.
      filter={({ options }) => options}
      data={[
        ...unlisted.map((id) => ({ value: id, label: inert(names[id] ?? 'Somebody') })),
        ...found.map(({ id, name, company }) => ({ value: id, label: inert(company ? `${name} (${company})` : name) })),
      ]}
      nothingFoundMessage="Nobody of this name appears here"
      value={chosen}
      onChange={(ids) => change({ people: some(ids) })}
    />
  )
}

/** What a list of the log can be narrowed by, beside its words. */
export const FilterFields = ({ filtering, zone }: { filtering: Filtering; zone: string }) => {
  const { filter, own, change } = filtering
  const approval = filter.approvalId ?? filter.approval ?? null
  const approvals = [
    { value: 'with', label: 'Under an approval' },
    { value: 'without', label: 'Without an approval' },
    ...(filter.approvalId ? [{ value: filter.approvalId, label: `Approval …${filter.approvalId.slice(-6)}` }] : []),
  ]
  const onApproval = (value: string | null): AuditFilter => ({
    approval: value === 'with' || value === 'without' ? value : undefined,
    approvalId: value === null || value === 'with' || value === 'without' ? undefined : value,
  })
  return (
    <>
      <People {...filtering} />
      <MultiSelect
        aria-label="Kinds of events"
        placeholder={filter.kinds ? undefined : 'Everything'}
        clearable
        data={auditKindNames.map((value) => ({ value, label: auditKinds[value].says }))}
        value={filter.kinds ?? []}
        onChange={(kinds) => change({ kinds: some(kinds as AuditKind[]) })}
      />
      <MultiSelect
        aria-label="Outcome"
        placeholder={filter.outcomes ? undefined : 'Any outcome'}
        clearable
        data={outcomes}
        value={filter.outcomes ?? []}
        onChange={(next) => change({ outcomes: some(next as AuditOutcome[]) })}
      />
      <Select
        aria-label="Approval"
        placeholder="Any approval or none"
        clearable
        data={approvals}
        value={approval}
        onChange={(value) => change(onApproval(value))}
      />
      <TimeChoice value={{ from: own.from, to: own.to }} zone={zone} onChange={change} />
    </>
  )
}
