import type { Named } from '@gatehouse/shared/views/basics'
import { MultiSelect, SegmentedControl, Select, Stack, TagsInput, Text } from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsFor } from '../../kernel/words.ts'
import { customerQuery, customersQuery } from '../customers/queries.ts'
import { fleetQuery } from '../devices/queries.ts'
import { modelsQuery } from '../models/queries.ts'
import { placesQuery } from '../policies/queries.ts'
import { type Card, chosenIn, type ListedKind } from './draft.ts'
import { laterSays, scopeKindSays } from './words.ts'

interface PickProps {
  /** Whose group it is: a customer's reaches nothing beyond it. */
  customerId: string | null
  chosen: readonly Named[]
  onChange: (chosen: Named[]) => void
}

const kindsOf = (ofCustomer: boolean): Card['kind'][] =>
  ofCustomer
    ? ['all', 'sites', 'models', 'tags', 'devices']
    : ['all', 'customers', 'sites', 'models', 'tags', 'devices']

/** Chooses the devices a card is about. */
export const ScopeChoice = ({
  customerId,
  card,
  onChange,
}: {
  customerId: string | null
  card: Card
  onChange: (card: Card) => void
}) => {
  const phone = useMediaQuery('(max-width: 48em)')
  const ofCustomer = customerId !== null
  const { kind } = card
  const offered = kindsOf(ofCustomer)
  const Pick = kind === 'all' ? null : pickers[kind]
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="On which devices"
        orientation={phone ? 'vertical' : 'horizontal'}
        data={(offered.includes(kind) ? offered : [...offered, kind]).map((value) => ({
          value,
          label: scopeKindSays[value],
        }))}
        value={kind}
        onChange={(next) => onChange({ ...card, kind: next as Card['kind'] })}
      />
      {Pick && kind !== 'all' && (
        <Pick
          key={kind}
          customerId={customerId}
          chosen={chosenIn(card)}
          onChange={(chosen) => onChange({ ...card, chosen: { ...card.chosen, [kind]: chosen } })}
        />
      )}
      <Text c="dimmed" size="xs">
        {laterSays(kind, ofCustomer)}
      </Text>
    </Stack>
  )
}

interface Choice extends Named {
  /** Where it belongs, so that two of one name can be told apart. */
  says?: string
}

/** A searchable list of which several are chosen; where `onSearch` is given, the server searches. */
const Several = ({
  label,
  placeholder,
  found,
  waiting,
  trouble,
  search,
  onSearch,
  chosen,
  onChange,
}: Omit<PickProps, 'customerId'> & {
  label: string
  placeholder: string
  found: readonly Choice[]
  waiting: boolean
  trouble: Error | null
  search?: string
  onSearch?: (search: string) => void
}) => {
  const known = new Map<string, Choice>([...chosen, ...found].map((one) => [one.id, one]))
  return (
    <MultiSelect
      label={label}
      placeholder={placeholder}
      searchable
      hidePickedOptions
      maxValues={1_000}
      {...(onSearch && { searchValue: search, onSearchChange: onSearch, filter: ({ options }) => options })}
      data={[...known.values()].map(({ id, name }) => ({ value: id, label: name }))}
      renderOption={({ option }) => (
        <span>
          <bdi>{option.label}</bdi> <small>{known.get(option.value)?.says}</small>
        </span>
      )}
      nothingFoundMessage={waiting ? 'Looking' : 'None of this name'}
      error={trouble ? wordsFor(trouble) : undefined}
      value={chosen.map(({ id }) => id)}
      onChange={(ids) =>
        onChange(
          ids.flatMap((id) => {
            const one = known.get(id)
            return one ? [{ id, name: one.name }] : []
          }),
        )
      }
    />
  )
}

const useSearch = () => {
  const [search, setSearch] = useState('')
  const [settled] = useDebouncedValue(search.trim().slice(0, 100), 250)
  return { search, setSearch, settled }
}

const rowsOf = <Row,>(list: { data?: { pages: { rows: Row[] }[] } }): Row[] =>
  list.data?.pages.flatMap((page) => page.rows) ?? []

const PickCustomers = (props: PickProps) => {
  const { search, setSearch, settled } = useSearch()
  const list = useInfiniteQuery(customersQuery(settled))
  return (
    <Several
      {...props}
      label="Customers"
      placeholder="Type a name"
      found={rowsOf(list)}
      waiting={list.isFetching}
      trouble={list.error}
      search={search}
      onSearch={setSearch}
    />
  )
}

const PickSites = (props: PickProps & { customerId: string }) => {
  const customer = useQuery(customerQuery(props.customerId))
  return (
    <Several
      {...props}
      label="Sites"
      placeholder="Type a name"
      found={(customer.data?.sites ?? []).map(({ id, name, address }) => ({ id, name, says: address }))}
      waiting={customer.isPending}
      trouble={customer.error}
    />
  )
}

/** The sites of one customer after the other; those that are chosen stay. */
const PickSitesAnywhere = (props: PickProps) => {
  const [of, setOf] = useState<Named | null>(null)
  const { search, setSearch, settled } = useSearch()
  const typed = settled === of?.name ? '' : settled
  const list = useInfiniteQuery(customersQuery(typed))
  const customer = useQuery({ ...customerQuery(of?.id ?? ''), enabled: of !== null })
  const customers = new Map<string, Named>([...(of ? [of] : []), ...rowsOf(list)].map((one) => [one.id, one]))
  return (
    <Stack gap="xs">
      <Select
        label="Of the customer"
        placeholder="Type a name"
        searchable
        allowDeselect={false}
        searchValue={search}
        onSearchChange={setSearch}
        filter={({ options }) => options}
        data={[...customers.values()].map(({ id, name }) => ({ value: id, label: name }))}
        nothingFoundMessage={list.isFetching ? 'Looking' : 'None of this name'}
        error={list.error ? wordsFor(list.error) : undefined}
        value={of?.id ?? null}
        onChange={(id) => setOf(customers.get(id ?? '') ?? null)}
      />
      <Several
        {...props}
        label="Sites"
        placeholder={of ? 'Type a name' : 'Choose a customer first'}
        found={(of && customer.data ? customer.data.sites : []).map(({ id, name }) => ({ id, name, says: of?.name }))}
        waiting={of !== null && customer.isPending}
        trouble={customer.error}
      />
    </Stack>
  )
}

const PickModels = (props: PickProps) => {
  const { search, setSearch, settled } = useSearch()
  const list = useInfiniteQuery(modelsQuery(settled))
  return (
    <Several
      {...props}
      label="Models"
      placeholder="Type a name"
      found={rowsOf(list).map(({ id, name, maker }) => ({ id, name, says: maker }))}
      waiting={list.isFetching}
      trouble={list.error}
      search={search}
      onSearch={setSearch}
    />
  )
}

/** Of all models those that the customer has. */
const PickOwnModels = (props: PickProps & { customerId: string }) => {
  const places = useQuery(placesQuery(props.customerId))
  return (
    <Several
      {...props}
      label="Models"
      placeholder="Type a name"
      found={places.data?.models ?? []}
      waiting={places.isPending}
      trouble={places.error}
    />
  )
}

const PickDevices = (props: PickProps) => {
  const { search, setSearch, settled } = useSearch()
  const { customerId } = props
  const list = useInfiniteQuery(
    fleetQuery({ ...(customerId !== null && { customer: customerId }), ...(settled && { search: settled }) }),
  )
  const where = (row: { site: Named; customer: Named; serial: string }) =>
    [row.site.name, ...(customerId === null ? [row.customer.name] : []), row.serial].join(', ')
  return (
    <Several
      {...props}
      label="Devices"
      placeholder="Type a name, a serial number or a site"
      found={rowsOf(list).map((row) => ({ id: row.id, name: row.name, says: where(row) }))}
      waiting={list.isFetching}
      trouble={list.error}
      search={search}
      onSearch={setSearch}
    />
  )
}

/** Tags are words: those of the first devices are suggested, others are typed. */
const PickTags = ({ customerId, chosen, onChange }: PickProps) => {
  const list = useInfiniteQuery(fleetQuery(customerId === null ? {} : { customer: customerId }))
  const seen = [...new Set(rowsOf(list).flatMap((row) => row.tags))].toSorted((one, other) => one.localeCompare(other))
  return (
    <TagsInput
      label="Tags"
      placeholder="Type a tag and press Enter"
      maxTags={100}
      maxLength={40}
      data={seen}
      // A device's tag is the same only if every letter is.
      isDuplicate={(tag, all) => all.includes(tag)}
      value={chosen.map(({ id }) => id)}
      onChange={(tags) => onChange(tags.map((tag) => ({ id: tag, name: tag })))}
    />
  )
}

/** As a customer's own where it is one's, else as the maker's. */
const own =
  (Own: (props: PickProps & { customerId: string }) => React.ReactNode, Any: (props: PickProps) => React.ReactNode) =>
  (props: PickProps) =>
    props.customerId === null ? <Any {...props} /> : <Own {...props} customerId={props.customerId} />

const pickers: Record<ListedKind, (props: PickProps) => React.ReactNode> = {
  customers: PickCustomers,
  sites: own(PickSites, PickSitesAnywhere),
  models: own(PickOwnModels, PickModels),
  devices: PickDevices,
  tags: PickTags,
}
