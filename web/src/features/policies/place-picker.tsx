import type { PolicyLevelKind } from '@gatehouse/shared/policies/policy'
import type { Named } from '@gatehouse/shared/views/basics'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { SegmentedControl, Select, Stack } from '@mantine/core'
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsFor } from '../../kernel/words.ts'
import { customerQuery } from '../customers/queries.ts'
import { fleetQuery } from '../devices/queries.ts'
import type { Place } from './levels.ts'
import { placesQuery } from './queries.ts'

const kinds: { value: PolicyLevelKind; label: string }[] = [
  { value: 'customer', label: 'All devices' },
  { value: 'site', label: 'One site' },
  { value: 'model', label: 'One model' },
  { value: 'device', label: 'One device' },
]

/** The level of a customer's policy that holds for all its devices. */
export const wholeCustomer = ({ customer }: Pick<PolicyView, 'customer'>): Place => ({
  level: 'customer',
  levelId: customer.id,
  name: customer.name,
  device: null,
})

interface PickProps {
  policy: PolicyView
  value: Place | null
  disabled: boolean
  /** `null` while a kind is chosen and nothing of that kind yet. */
  onChange: (place: Place | null) => void
}

/** Chooses whose rules are meant: all devices, or a site, a model, a single device. */
export const PlacePicker = ({ policy, value, disabled, onChange }: PickProps) => {
  const [kind, setKind] = useState<PolicyLevelKind>(value?.level ?? 'customer')
  const phone = useMediaQuery('(max-width: 48em)')
  const Pick = pickers[kind]
  return (
    <Stack gap="sm" align={phone ? 'stretch' : 'flex-start'}>
      <SegmentedControl
        aria-label="Whose rules"
        fullWidth={phone}
        orientation={phone ? 'vertical' : 'horizontal'}
        data={kinds}
        value={kind}
        disabled={disabled}
        onChange={(next) => {
          setKind(next as PolicyLevelKind)
          onChange(next === 'customer' ? wholeCustomer(policy) : null)
        }}
      />
      {Pick && (
        <Pick policy={policy} value={value?.level === kind ? value : null} disabled={disabled} onChange={onChange} />
      )}
    </Stack>
  )
}

/** A list to choose one thing of; those that speak already say so. */
const OneOf = ({
  label,
  kind,
  all,
  trouble,
  policy,
  value,
  disabled,
  onChange,
}: PickProps & { label: string; kind: PolicyLevelKind; all: readonly Named[] | undefined; trouble: Error | null }) => {
  const speaks = (id: string) => policy.levels.some((one) => one.level === kind && one.levelId === id)
  return (
    <Select
      w="100%"
      maw="30rem"
      label={label}
      placeholder={all ? 'Choose one' : undefined}
      searchable
      allowDeselect={false}
      selectFirstOptionOnChange
      disabled={disabled}
      error={trouble ? wordsFor(trouble) : undefined}
      data={(all ?? []).map(({ id, name }) => ({
        value: id,
        label: speaks(id) ? `${name} (has rules of its own)` : name,
      }))}
      nothingFoundMessage={all ? 'None of this name' : 'Looking'}
      value={value?.levelId ?? null}
      onChange={(id) => {
        const found = all?.find((one) => one.id === id)
        if (found) onChange({ level: kind, levelId: found.id, name: found.name, device: null })
      }}
    />
  )
}

const PickSite = (props: PickProps) => {
  const customer = useQuery(customerQuery(props.policy.customer.id))
  return <OneOf {...props} label="Site" kind="site" all={customer.data?.sites} trouble={customer.error} />
}

const PickModel = (props: PickProps) => {
  const places = useQuery(placesQuery(props.policy.customer.id))
  return <OneOf {...props} label="Model" kind="model" all={places.data?.models} trouble={places.error} />
}

/** Chooses one device of a customer by words of its name, serial number or site. */
export const PickDevice = ({
  policy,
  value,
  disabled,
  onChange,
}: Omit<PickProps, 'policy'> & { policy: Pick<PolicyView, 'customer'> }) => {
  const [search, setSearch] = useState(value?.name ?? '')
  const [settled] = useDebouncedValue(search.trim(), 250)
  const typed = settled !== value?.name
  const devices = useInfiniteQuery(
    fleetQuery({ customer: policy.customer.id, ...(typed && settled && { search: settled.slice(0, 100) }) }),
  )
  const found = (devices.data?.pages ?? []).flatMap((page) => page.rows)
  const data = found.map((row) => ({ value: row.id, label: row.name, says: `${row.site.name}, ${row.serial}` }))
  if (value && !found.some((row) => row.id === value.levelId))
    data.push({ value: value.levelId, label: value.name, says: '' })
  return (
    <Select
      w="100%"
      maw="30rem"
      label="Device"
      placeholder="Type a name or a serial number"
      searchable
      allowDeselect={false}
      selectFirstOptionOnChange
      disabled={disabled}
      searchValue={search}
      onSearchChange={setSearch}
      error={devices.error ? wordsFor(devices.error) : undefined}
      data={data}
      filter={({ options }) => options}
      renderOption={({ option }) => (
        <span>
          {option.label} <small>{data.find((one) => one.value === option.value)?.says}</small>
        </span>
      )}
      nothingFoundMessage={devices.isPending ? 'Looking' : 'No device fits'}
      value={value?.levelId ?? null}
      onChange={(id) => {
        const row = found.find((one) => one.id === id)
        if (row)
          onChange({
            level: 'device',
            levelId: row.id,
            name: row.name,
            device: { siteId: row.site.id, modelId: row.model.id },
          })
      }}
    />
  )
}

const pickers: Record<PolicyLevelKind, typeof PickSite | null> = {
  customer: null,
  site: PickSite,
  model: PickModel,
  device: PickDevice,
}
