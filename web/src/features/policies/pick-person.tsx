import type { Named } from '@gatehouse/shared/views/basics'
import type { CustomerView } from '@gatehouse/shared/views/customers'
import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { holds, useMe } from '../../kernel/me.ts'
import { people } from '../people/queries.ts'
import { knownStaffQuery } from './queries.ts'

/** Whoever's groups allow it: then the policy alone answers. */
export const anyone = 'anyone'

const anyoneSays = 'Anyone whose groups allow it'

/** Chooses oneself, anyone, or one of the people whom one may see, by words of the name or address. */
export const PickPerson = ({
  customer,
  value,
  named,
  onChange,
}: {
  customer: CustomerView
  /** An id, `anyone`, or `undefined` for oneself. */
  value: string | undefined
  /** The same, once the name is known. */
  named: Named | undefined
  onChange: (person: string | undefined) => void
}) => {
  const me = useMe()
  const [search, setSearch] = useState<string>()
  const [settled] = useDebouncedValue((search ?? '').trim(), 250)
  const seesStaff = !me.customer && holds(me, 'staff.view')
  const seesPeople = customer.may.viewPeople.ok
  // The name of whoever is chosen is no search for him.
  const [chosen, setChosen] = useState<{ id: string; name: string }>()
  const typed = settled === chosen?.name || settled === anyoneSays || settled === mineSays(me.name) ? '' : settled
  const staff = useInfiniteQuery({ ...people(null, typed), enabled: seesStaff })
  const theirs = useInfiniteQuery({ ...people(customer.id, typed), enabled: seesPeople })
  const asksOfStaff = me.customer !== null && customer.may.viewPolicy.ok
  const known = useQuery({ ...knownStaffQuery(customer.id, typed), enabled: asksOfStaff })
  const rows = (list: typeof staff) =>
    (list.data?.pages ?? [])
      .flatMap((page) => page.rows)
      .filter((row) => row.id !== me.id)
      .map((row) => ({ value: row.id, label: row.name, says: row.email }))
  const strangers = (known.data?.rows ?? []).map(({ id, name }) => ({ value: id, label: name, says: '' }))
  const ofStaff = seesStaff ? rows(staff) : asksOfStaff ? strangers : []
  const ofCustomer = seesPeople ? rows(theirs) : []
  const found = [...ofStaff, ...ofCustomer]
  // Whoever stands in the address and on no page of these lists yet: the answer says his name.
  const extra =
    value !== undefined && value !== anyone && value !== me.id && !found.some((one) => one.value === value)
      ? [{ value, label: [chosen, named].find((one) => one?.id === value)?.name ?? 'The person in the address' }]
      : []
  return (
    <Select
      label="Who"
      placeholder="Type a name"
      searchable
      // What is chosen is marked, so that typing takes its place.
      onClick={(event) => event.currentTarget.select()}
      allowDeselect={false}
      selectFirstOptionOnChange
      data={[
        {
          group: 'Without a name',
          items: [{ value: anyone, label: anyoneSays }, { value: me.id, label: mineSays(me.name) }, ...extra],
        },
        ...(ofStaff.length > 0 ? [{ group: seesStaff ? me.company : 'Of the maker', items: ofStaff }] : []),
        ...(ofCustomer.length > 0 ? [{ group: customer.name, items: ofCustomer }] : []),
      ]}
      filter={({ options, search: text }) =>
        options.flatMap((one) =>
          'items' in one && one.group === 'Without a name' && text.trim() !== '' && typed !== ''
            ? [{ ...one, items: one.items.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())) }]
            : [one],
        )
      }
      renderOption={({ option }) => (
        <span>
          {option.label} <small>{found.find((one) => one.value === option.value)?.says}</small>
        </span>
      )}
      nothingFoundMessage={staff.isFetching || theirs.isFetching || known.isFetching ? 'Looking' : 'Nobody fits'}
      {...(search !== undefined && { searchValue: search })}
      onSearchChange={setSearch}
      value={value ?? me.id}
      onChange={(next) => {
        if (next === null) return
        const row = found.find((one) => one.value === next)
        setChosen(row && { id: row.value, name: row.label })
        onChange(next === me.id ? undefined : next)
      }}
    />
  )
}

const mineSays = (name: string) => `${name} (you)`
