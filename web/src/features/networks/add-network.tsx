import type { NetworksView } from '@gatehouse/shared/views/networks'
import { Button, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type RefObject, useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import type { NetworksDraft } from './draft.ts'
import classes from './networks.module.css'
import { previewNetworks, previewQuery } from './queries.ts'

/** Puts a network into the draft, in the form in which it will be kept; the server reads it, so that there is one reader. */
export const AddNetwork = ({
  customerId,
  view,
  draft,
  field,
}: {
  customerId: string | null
  view: NetworksView
  draft: NetworksDraft
  field: RefObject<HTMLInputElement | null>
}) => {
  const cache = useQueryClient()
  const [cidr, setCidr] = useState('')
  const [note, setNote] = useState('')
  const add = useMutation({
    mutationFn: () => previewNetworks(customerId, [...draft.result, { cidr: cidr.trim(), note: note.trim() }]),
    onSuccess: (preview) => {
      const fresh = preview.networks.find((one) => !draft.result.some((known) => known.cidr === one.cidr))
      if (!fresh) return
      // The draft will ask for just this: the answer is there already.
      cache.setQueryData(previewQuery(customerId, [...draft.result, fresh]).queryKey, preview)
      draft.add(fresh)
      setCidr('')
      setNote('')
      field.current?.focus()
    },
    onError: () => field.current?.select(),
  })
  const at = `networks.${draft.result.length}`
  const faults = fieldFaults(add.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (cidr.trim() && !add.isPending) add.mutate()
  }
  const isThere = draft.result.some((one) => one.cidr.replace(/\/(32|128)$/, '') === view.yourAddress)
  return (
    <form noValidate className={classes.add} onSubmit={submit}>
      <div className={classes.fields}>
        <TextInput
          ref={field}
          label="Network or address"
          placeholder="192.0.2.0/24"
          description="IPv4 or IPv6"
          maxLength={100}
          value={cidr}
          error={faults[`${at}.cidr`] ?? formFault(add.error, [`${at}.cidr`, `${at}.note`])}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setCidr(event.currentTarget.value)
            add.reset()
          }}
        />
        <TextInput
          label="Note"
          placeholder="Office in Basel"
          description="For those who come after you"
          maxLength={80}
          value={note}
          error={faults[`${at}.note`]}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="default"
          className={classes.button}
          leftSection={<IconPlus size={15} aria-hidden />}
          loading={add.isPending}
          disabled={!cidr.trim()}
        >
          Add to the draft
        </Button>
      </div>
      <Text c="dimmed" size="xs">
        You are at <code>{view.yourAddress}</code> now.{' '}
        {view.yours && !isThere && (
          <UnstyledButton
            className={classes.mine}
            onClick={() => {
              setCidr(view.yourAddress)
              add.reset()
              field.current?.focus()
            }}
          >
            Write my address
          </UnstyledButton>
        )}
      </Text>
    </form>
  )
}
