import type { ModelView } from '@gatehouse/shared/views/models'
import { Alert, Anchor, Button, Group, List, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { paths } from '../../kernel/paths.ts'
import { UnsavedGuard } from '../../kernel/unsaved-guard.tsx'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page } from '../../ui/page.tsx'
import { declarationChanges } from './declaration-form.ts'
import { ModelEditor, useModelForm } from './model-editor.tsx'
import { changeModel, type ModelFields, modelQuery } from './queries.ts'
import { listSays, reachSays } from './words.ts'

/** Writes the next version of a model. */
export default function EditModelPage() {
  const { modelId = '' } = useParams()
  const model = useQuery(modelQuery(modelId))
  return (
    <Answered query={model}>
      {(found) => (
        <Page
          title={`Edit ${found.name}`}
          width="full"
          breadcrumbs={
            <Breadcrumbs>
              <Link to={paths.models()}>Models</Link>
              <Link to={paths.model(found.id)}>{found.name}</Link>
            </Breadcrumbs>
          }
        >
          {found.may.edit.ok ? <Editing present={found} /> : <Refused says={found.may.edit.says} />}
        </Page>
      )}
    </Answered>
  )
}

const Editing = ({ present }: { present: ModelView }) => {
  // What the edits were begun on; what others save meanwhile comes in as `present`.
  const [base, setBase] = useState(present)
  const [round, setRound] = useState(0)
  return (
    <OneEditing
      key={round}
      base={base}
      present={present}
      onKeep={() => setBase(present)}
      onDrop={() => {
        setBase(present)
        setRound(round + 1)
      }}
    />
  )
}

const OneEditing = ({
  base,
  present,
  onKeep,
  onDrop,
}: {
  base: ModelView
  present: ModelView
  onKeep: () => void
  onDrop: () => void
}) => {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const state = useModelForm(base)
  const [asked, setAsked] = useState<ModelFields | null>(null)
  const [saved, setSaved] = useState(false)
  const save = useMutation({
    mutationFn: (fields: ModelFields) => changeModel(base.id, { ...fields, version: base.version }),
    onSuccess: ({ name, version }) => {
      setAsked(null)
      setSaved(true)
      notifications.show({ message: `${name} is saved as version ${version}.` })
      for (const root of ['models', 'model', 'device', 'fleet'] as const)
        void cache.invalidateQueries({ queryKey: key(root) })
    },
    onError: (thrown) => {
      setAsked(null)
      if (!(thrown instanceof ApiError)) return
      state.place(thrown.fields)
      if (thrown.code === 'changed_meanwhile') void cache.invalidateQueries({ queryKey: key('model', base.id) })
    },
  })
  // Left only once the guard knows that nothing is unsaved any more.
  useEffect(() => {
    if (saved) void navigate(paths.model(base.id))
  }, [saved, navigate, base.id])
  const moved = !saved && present.version !== base.version
  const lost = save.error instanceof ApiError && save.error.code === 'changed_meanwhile'
  const shown = Object.keys(save.error instanceof ApiError ? save.error.fields : {})
  return (
    <>
      {moved && <Moved present={present} unsaved={state.touched} onKeep={onKeep} onDrop={onDrop} />}
      <ModelEditor
        state={state}
        submit="Save"
        says={`Saving makes version ${base.version + 1}. ${reachSays(base.devices)}`}
        busy={save.isPending}
        shut={moved}
        error={lost ? (moved ? undefined : wordsFor(save.error)) : formFault(save.error, shown)}
        back={paths.model(base.id)}
        onSubmit={() => {
          save.reset()
          const fields = state.read()
          if (fields) setAsked(fields)
        }}
      />
      {asked && (
        <ConfirmDialog
          title={`Save ${asked.name || base.name} as version ${base.version + 1}`}
          confirm="Save"
          busy={save.isPending}
          shut={moved || isSame(base, asked)}
          error={moved ? 'Somebody saved another version meanwhile. Go back and look at it first.' : undefined}
          onConfirm={() => save.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          <Summary before={base} after={asked} />
        </ConfirmDialog>
      )}
      <UnsavedGuard unsaved={state.touched && !saved} />
    </>
  )
}

const Moved = ({
  present,
  unsaved,
  onKeep,
  onDrop,
}: {
  present: ModelView
  unsaved: boolean
  onKeep: () => void
  onDrop: () => void
}) => (
  <Alert color="amber" role="alert" title={`Somebody saved version ${present.version} meanwhile`}>
    <Stack gap="sm">
      <Text>
        {unsaved && 'What you changed is still here. '}
        <Anchor component={Link} to={paths.model(present.id)} target="_blank">
          See version {present.version}
        </Anchor>
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={onDrop}>
          {unsaved ? 'Drop mine and load it' : 'Load it'}
        </Button>
        {unsaved && (
          <Button variant="default" onClick={onKeep}>
            Keep mine; it replaces theirs when saved
          </Button>
        )}
      </Group>
    </Stack>
  </Alert>
)

const isSame = (before: ModelFields, after: ModelFields): boolean =>
  before.name === after.name &&
  before.maker === after.maker &&
  declarationChanges(before.declaration, after.declaration).length === 0

const Summary = ({ before, after }: { before: ModelView; after: ModelFields }) => {
  const changes = declarationChanges(before.declaration, after.declaration)
  if (isSame(before, after)) return <Text>Nothing is different from version {before.version}.</Text>
  return (
    <Stack gap="sm">
      {changes.length === 0 && (
        <Text>
          Name and maker: {after.name}, {after.maker}
        </Text>
      )}
      {changes.length > 0 && (
        <List size="sm">
          {changes.map(({ list, added, changed, removed }) => (
            <List.Item key={list}>
              {listSays[list]}:{' '}
              {[
                added.length > 0 && `new ${added.join(', ')}`,
                changed.length > 0 && `changed ${changed.join(', ')}`,
                removed.length > 0 && `taken away ${removed.join(', ')}`,
              ]
                .filter(Boolean)
                .join('; ')}
            </List.Item>
          ))}
        </List>
      )}
      {changes.some((one) => one.list === 'items' && one.removed.length > 0) && (
        <Text>Values of items that are taken away are not stored any more; what was stored stays.</Text>
      )}
      <Text>{reachSays(before.devices)}</Text>
    </Stack>
  )
}
