import type { ModelView } from '@gatehouse/shared/views/models'
import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { IconCode } from '@tabler/icons-react'
import { useCallback, useState } from 'react'
import { Link } from 'react-router'
import { Section } from '../../ui/page.tsx'
import {
  blankRow,
  type Faults,
  fieldsOf,
  formOf,
  type ListName,
  lists,
  type ModelForm,
  placedFaults,
  rowsOf,
} from './declaration-form.ts'
import { ImportDialog } from './import-dialog.tsx'
import { ListEditor } from './list-editor.tsx'
import classes from './models.module.css'
import type { ModelFields } from './queries.ts'
import { driverSays } from './words.ts'

const blank: ModelFields = {
  name: '',
  maker: '',
  declaration: { driver: 'host', items: [], alarms: [], settings: [], logs: [] },
}

/** State of the form: what was typed, the sentences at its fields, and whether anything was touched. */
export const useModelForm = (model: ModelView | undefined) => {
  const [form, setForm] = useState<ModelForm>(() => formOf(model ?? blank))
  const [faults, setFaults] = useState<Faults>({})
  const [touched, setTouched] = useState(false)
  const change = useCallback((next: (now: ModelForm) => ModelForm, cleared?: string) => {
    setTouched(true)
    setForm(next)
    if (cleared !== undefined) setFaults(({ [cleared]: _, ...rest }) => rest)
  }, [])
  return {
    form,
    faults,
    touched,
    change,
    /** Reads the form; where something is no number it says so at its field and answers nothing. */
    read: (): ModelFields | undefined => {
      const result = fieldsOf(form)
      setFaults('faults' in result ? result.faults : {})
      return 'fields' in result ? result.fields : undefined
    },
    place: (sent: Readonly<Record<string, string>>) => setFaults(placedFaults(sent, form)),
    saved: () => setTouched(false),
  }
}
export type ModelFormState = ReturnType<typeof useModelForm>

/** The form of a model: its name, and a list of rows for everything it declares. */
export const ModelEditor = ({
  state,
  submit,
  says,
  busy,
  shut = false,
  error,
  back,
  onSubmit,
}: {
  state: ModelFormState
  /** The word on the button. */
  submit: string
  /** What saving does, beside the button. */
  says: string
  busy: boolean
  shut?: boolean
  error?: string
  /** Where "Cancel" leads. */
  back: string
  onSubmit: () => void
}) => {
  const { form, faults, change } = state
  const [importing, setImporting] = useState(false)
  const put = <K extends 'name' | 'maker' | 'driver'>(field: K, value: ModelForm[K]) =>
    change((now) => ({ ...now, [field]: value }), field)
  const count = Object.keys(faults).length
  // A sentence about something the form does not show would otherwise be lost.
  const unplaced = Object.entries(faults).filter(([at]) => at.includes('.') || at === 'json')
  return (
    <form
      noValidate
      className={classes.editor}
      onSubmit={(event) => {
        event.preventDefault()
        if (!shut && !busy && state.touched) onSubmit()
      }}
    >
      <Section
        title="Model"
        actions={
          <Button variant="default" leftSection={<IconCode size={15} aria-hidden />} onClick={() => setImporting(true)}>
            From JSON
          </Button>
        }
      >
        <div className={classes.head}>
          <TextInput
            label="Name"
            withAsterisk
            maxLength={120}
            value={form.name}
            error={faults.name}
            onChange={(event) => put('name', event.currentTarget.value)}
          />
          <TextInput
            label="Maker"
            withAsterisk
            maxLength={120}
            value={form.maker}
            error={faults.maker}
            onChange={(event) => put('maker', event.currentTarget.value)}
          />
          <NativeSelect
            label="Driver"
            description="What of the agent reads it"
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={form.driver}
            data={Object.entries(driverSays).map(([value, label]) => ({ value, label }))}
            onChange={(event) => put('driver', event.currentTarget.value as ModelForm['driver'])}
          />
        </div>
      </Section>
      {lists.map((list) => (
        <ListEditor
          key={list}
          list={list}
          rows={form[list]}
          faults={faults}
          change={change}
          onAdd={() => change((now) => withRow(now, list))}
        />
      ))}
      <div className={classes.bar}>
        <Stack gap={2} className={classes.barSays}>
          {count > 0 && (
            <Text c="var(--mantine-color-error)" role="alert">
              {count === 1 ? 'One field has' : `${count} fields have`} to be put right
              {unplaced.length > 0 && `: ${unplaced.map(([, sentence]) => sentence).join(', ')}`}
            </Text>
          )}
          {error && (
            <Alert color="brick" role="alert">
              {error}
            </Alert>
          )}
          <Text c="dimmed" visibleFrom="sm">
            {says}
          </Text>
        </Stack>
        <Group gap="xs" wrap="nowrap">
          <Button component={Link} to={back} variant="default">
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={shut || !state.touched}>
            {submit}
          </Button>
        </Group>
      </div>
      {importing && (
        <ImportDialog
          onTake={(declaration) => {
            change((now) => ({ ...now, ...rowsOf(declaration) }))
            setImporting(false)
          }}
          onClose={() => setImporting(false)}
        />
      )}
    </form>
  )
}

const withRow = (form: ModelForm, list: ListName): ModelForm => ({ ...form, [list]: [...form[list], blankRow[list]()] })
