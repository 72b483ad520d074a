import { severities } from '@gatehouse/shared/devices/declaration'
import { ActionIcon, Button, NativeSelect, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { memo, useEffect, useRef } from 'react'
import { Section } from '../../ui/page.tsx'
import { type Faults, faultAt, type ListName, type ModelForm } from './declaration-form.ts'
import classes from './models.module.css'
import { listSays, typeSays } from './words.ts'

type AnyRow = { id: number } & Record<string, string | number>

interface Field {
  name: string
  label: string
  kind: 'text' | 'mono' | 'number' | { [value: string]: string }
  maxLength?: number
  placeholder?: string
  /** Of no meaning unless the row is about a number. */
  numbersOnly?: boolean
}

const severitySays = Object.fromEntries(severities.map((one) => [one, one.charAt(0).toUpperCase() + one.slice(1)]))
const key: Field = {
  name: 'key',
  label: 'Key',
  kind: 'mono',
  maxLength: 64,
  placeholder: 'drift.mean',
}
const says = (label: string, maxLength: number): Field => ({
  name: 'says',
  label,
  kind: 'text',
  maxLength,
})
const type: Field = { name: 'type', label: 'Kind', kind: typeSays }
const unit: Field = { name: 'unit', label: 'Unit', kind: 'text', maxLength: 16 }
const number = (name: string, label: string, numbersOnly = true): Field => ({
  name,
  label,
  kind: 'number',
  maxLength: 20,
  numbersOnly,
})
const severity = (numbersOnly: boolean): Field => ({
  name: 'severity',
  label: 'Severity',
  kind: severitySays,
  numbersOnly,
})

const fields: Record<ListName, readonly Field[]> = {
  items: [
    says('Words', 80),
    key,
    type,
    unit,
    number('everySeconds', 'Every (s)', false),
    number('deadband', 'Step'),
    number('digits', 'Digits'),
    number('min', 'Least'),
    number('max', 'Most'),
    severity(true),
  ],
  alarms: [says('Words', 120), { ...key, name: 'code', label: 'Code', placeholder: 'drift.high' }, severity(false)],
  settings: [says('Words', 80), key, type, unit, number('min', 'Least'), number('max', 'Most')],
  logs: [says('Words', 80), { ...key, name: 'name', label: 'Name', placeholder: 'service' }],
}

const hints: Record<ListName, string> = {
  items:
    'A value is sent at the most every so many seconds, and only when it changed by more than the step. Below the least or above the most an alarm is raised.',
  alarms: 'What devices of this model raise by themselves.',
  settings: 'What may be changed from afar, if the customer’s policy allows it.',
  logs: 'Files the agent may hand over, by name; its own configuration says where they lie.',
}

const addSays: Record<ListName, string> = {
  items: 'Add a data item',
  alarms: 'Add an alarm',
  settings: 'Add a setting',
  logs: 'Add a log file',
}

type Change = (next: (now: ModelForm) => ModelForm, cleared?: string) => void

const changed = (form: ModelForm, list: ListName, id: number, name: string, value: string): ModelForm => ({
  ...form,
  [list]: form[list].map((row) => (row.id === id ? { ...row, [name]: value } : row)),
})
const without = (form: ModelForm, list: ListName, id: number): ModelForm => ({
  ...form,
  [list]: (form[list] as readonly { id: number }[]).filter((row) => row.id !== id),
})

/** The rows of one list of a declaration: a grid on a desk, cards on a phone. */
export const ListEditor = ({
  list,
  rows,
  faults,
  change,
  onAdd,
}: {
  list: ListName
  rows: ModelForm[ListName]
  faults: Faults
  change: Change
  onAdd: () => void
}) => {
  const body = useRef<HTMLDivElement>(null)
  const count = useRef(rows.length)
  useEffect(() => {
    // Whoever adds a row writes into it next.
    if (rows.length === count.current + 1) body.current?.lastElementChild?.querySelector('input')?.focus()
    count.current = rows.length
  }, [rows.length])
  return (
    <Section
      title={rows.length > 0 ? `${listSays[list]} (${rows.length})` : listSays[list]}
      actions={
        <Button variant="default" leftSection={<IconPlus size={15} aria-hidden />} onClick={onAdd}>
          {addSays[list]}
        </Button>
      }
    >
      <Text c="dimmed" size="xs" className={classes.hint}>
        {hints[list]}
      </Text>
      {rows.length > 0 && (
        <div className={classes.rows} ref={body}>
          {(rows as unknown as AnyRow[]).map((row, at) => (
            <RowFields
              key={row.id}
              list={list}
              row={row}
              place={at + 1}
              faults={faultsOfRow(faults, list, row.id)}
              change={change}
            />
          ))}
        </div>
      )}
    </Section>
  )
}

/** The sentences of one row as one text, so that rows without news are not drawn anew. */
const faultsOfRow = (faults: Faults, list: ListName, id: number): string =>
  JSON.stringify(
    Object.fromEntries(
      fields[list].flatMap(({ name }) => {
        const sentence = faults[faultAt(list, id, name)]
        return sentence === undefined ? [] : [[name, sentence]]
      }),
    ),
  )

/** Only numbers have steps, digits and limits, and only a limit has a severity. */
const isShut = ({ name, numbersOnly }: Field, row: AnyRow): boolean =>
  numbersOnly === true && (row.type !== 'number' || (name === 'severity' && row.min === '' && row.max === ''))

const RowFields = memo(function RowFields({
  list,
  row,
  place,
  faults,
  change,
}: {
  list: ListName
  row: AnyRow
  place: number
  faults: string
  change: Change
}) {
  const sentences: Faults = JSON.parse(faults)
  const name = String(row.says || row.key || row.code || row.name || `row ${place}`)
  return (
    <fieldset className={classes.row} data-list={list} aria-label={name}>
      {fields[list].map((field) => (
        <RowField
          key={field.name}
          field={field}
          value={String(row[field.name] ?? '')}
          shut={isShut(field, row)}
          error={sentences[field.name]}
          onChange={(value) =>
            change((now) => changed(now, list, row.id, field.name, value), faultAt(list, row.id, field.name))
          }
        />
      ))}
      <ActionIcon
        className={classes.remove}
        aria-label={`Take ${name} away`}
        onClick={() => change((now) => without(now, list, row.id))}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </fieldset>
  )
})

const RowField = ({
  field,
  value,
  shut,
  error,
  onChange,
}: {
  field: Field
  value: string
  shut: boolean
  error: string | undefined
  onChange: (value: string) => void
}) => {
  const common = {
    label: field.label,
    error,
    disabled: shut,
    classNames: { root: classes.field, label: classes.label },
  }
  if (typeof field.kind === 'object')
    return (
      <NativeSelect
        {...common}
        value={value}
        data={Object.entries(field.kind).map(([one, label]) => ({ value: one, label }))}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      {...common}
      value={shut ? '' : value}
      maxLength={field.maxLength}
      placeholder={field.placeholder}
      inputMode={field.kind === 'number' ? 'decimal' : undefined}
      autoComplete="off"
      spellCheck={field.kind === 'text'}
      data-mono={field.kind === 'mono' || undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
