import type { CustomerView } from '@gatehouse/shared/views/customers'
import { Select, TagsInput, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { addDevice } from '../devices/queries.ts'
import { modelsQuery } from '../models/queries.ts'

/** Adds a device to a customer and leads to its page, where its enrolment code is given out. */
export const AddDevice = ({ customer, onClose }: { customer: CustomerView; onClose: () => void }) => {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const [fields, setFields] = useState({
    name: '',
    serial: '',
    siteId: customer.sites.length === 1 ? (customer.sites[0]?.id ?? '') : '',
    modelId: '',
    tags: [] as string[],
  })
  const put = (change: Partial<typeof fields>) => setFields((now) => ({ ...now, ...change }))
  const add = useMutation({
    mutationFn: () => addDevice(customer.id, fields),
    onSuccess: (device) => {
      void cache.invalidateQueries({ queryKey: key('fleet') })
      void cache.invalidateQueries({ queryKey: key('customer', customer.id) })
      void navigate(paths.device(device.id))
    },
  })
  const faults = fieldFaults(add.error)
  const tagFault = Object.entries(faults).find(([name]) => name.startsWith('tags'))
  return (
    <FormDialog
      title={`Add a device to ${customer.name}`}
      submit="Add"
      busy={add.isPending}
      shut={!fields.name.trim() || !fields.serial.trim() || !fields.siteId || !fields.modelId}
      error={formFault(add.error, ['name', 'serial', 'siteId', 'modelId', ...(tagFault ? [tagFault[0]] : [])])}
      onSubmit={() => add.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="As people on the site call it"
        withAsterisk
        maxLength={120}
        data-autofocus
        value={fields.name}
        error={faults.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Serial number"
        withAsterisk
        maxLength={80}
        autoComplete="off"
        spellCheck={false}
        value={fields.serial}
        error={faults.serial}
        onChange={(event) => put({ serial: event.currentTarget.value })}
      />
      <Select
        label="Site"
        withAsterisk
        searchable
        allowDeselect={false}
        selectFirstOptionOnChange
        data={customer.sites.map(({ id, name }) => ({ value: id, label: name }))}
        nothingFoundMessage="No such site"
        value={fields.siteId || null}
        error={faults.siteId}
        onChange={(siteId) => put({ siteId: siteId ?? '' })}
      />
      <ModelPicker value={fields.modelId} error={faults.modelId} onChange={(modelId) => put({ modelId })} />
      <TagsInput
        size="xs"
        label="Tags"
        description="Groups can be given rights by tag. Press Enter after each."
        maxTags={20}
        value={fields.tags}
        error={tagFault?.[1]}
        onChange={(tags) => put({ tags })}
      />
    </FormDialog>
  )
}

const ModelPicker = ({
  value,
  error,
  onChange,
}: {
  value: string
  error?: string
  onChange: (modelId: string) => void
}) => {
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<{ value: string; label: string }>()
  // The field shows the chosen name; that is not a search.
  const [settled] = useDebouncedValue(search === chosen?.label ? '' : search.trim(), 250)
  const models = useInfiniteQuery(modelsQuery(settled))
  const found = (models.data?.pages ?? []).flatMap((page) =>
    page.rows.map(({ id, name }) => ({ value: id, label: name })),
  )
  const data = chosen && !found.some((one) => one.value === chosen.value) ? [...found, chosen] : found
  return (
    <Select
      label="Model"
      withAsterisk
      searchable
      allowDeselect={false}
      selectFirstOptionOnChange
      searchValue={search}
      onSearchChange={setSearch}
      data={data}
      filter={({ options }) => options}
      nothingFoundMessage={
        models.error
          ? wordsFor(models.error)
          : models.isPending
            ? 'Looking'
            : 'No such model. It has to be declared first.'
      }
      value={value || null}
      error={error}
      onChange={(modelId, option) => {
        setChosen(option ? { value: option.value, label: option.label } : undefined)
        onChange(modelId ?? '')
      }}
    />
  )
}
