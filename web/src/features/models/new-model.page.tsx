import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useNavigate } from 'react-router'
import { formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { UnsavedGuard } from '../../kernel/unsaved-guard.tsx'
import { ApiError } from '../../kernel/words.ts'
import { Refused } from '../../ui/notices.tsx'
import { Breadcrumbs, Page } from '../../ui/page.tsx'
import { ModelEditor, useModelForm } from './model-editor.tsx'
import { addModel, type ModelFields } from './queries.ts'

/** Declares a model. */
export default function NewModelPage() {
  const me = useMe()
  return (
    <Page
      title="Declare a model"
      width="full"
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.models()}>Models</Link>
        </Breadcrumbs>
      }
    >
      {holds(me, 'model.edit') ? <Declaring /> : <Refused says="None of your groups allows this." />}
    </Page>
  )
}

const Declaring = () => {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const state = useModelForm(undefined)
  const add = useMutation({
    mutationFn: (fields: ModelFields) => addModel(fields),
    onSuccess: ({ name }) => {
      notifications.show({ message: `${name} is declared.` })
      void cache.invalidateQueries({ queryKey: key('models') })
    },
    onError: (thrown) => {
      if (thrown instanceof ApiError) state.place(thrown.fields)
    },
  })
  const id = add.data?.id
  // Left only once the guard knows that nothing is unsaved any more.
  useEffect(() => {
    if (id !== undefined) void navigate(paths.model(id))
  }, [id, navigate])
  return (
    <>
      <ModelEditor
        state={state}
        submit="Declare"
        says="Devices can be added of it as soon as it is declared."
        busy={add.isPending}
        error={formFault(add.error, Object.keys(add.error instanceof ApiError ? add.error.fields : {}))}
        back={paths.models()}
        onSubmit={() => {
          add.reset()
          const fields = state.read()
          if (fields) add.mutate(fields)
        }}
      />
      <UnsavedGuard unsaved={state.touched && id === undefined} />
    </>
  )
}
