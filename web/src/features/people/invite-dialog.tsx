import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { GroupChoice } from './group-choice.tsx'
import { invitePerson } from './queries.ts'

/** Invites somebody by mail; he chooses his password himself. */
export const InviteDialog = ({ customerId, onClose }: { customerId: string | null; onClose: () => void }) => {
  const cache = useQueryClient()
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const invite = useMutation({
    mutationFn: () => invitePerson(customerId, { name: name.trim(), email: email.trim(), groups: chosen }),
    onSuccess: () => {
      for (const root of ['people', 'groups', 'customer'] as const)
        void cache.invalidateQueries({ queryKey: key(root) })
      notifications.show({ message: `An invitation went to ${email.trim()}.` })
      onClose()
    },
  })
  const faults = fieldFaults(invite.error)
  return (
    <FormDialog
      title="Invite somebody"
      submit="Send the invitation"
      busy={invite.isPending}
      shut={!name.trim() || !email.trim()}
      error={formFault(invite.error, ['name', 'email', 'groups'])}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        withAsterisk
        maxLength={120}
        data-autofocus
        value={name}
        error={faults.name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="E-mail"
        description="A link to choose a password goes there. It works once, for seven days."
        type="email"
        withAsterisk
        maxLength={254}
        value={email}
        error={faults.email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <GroupChoice customerId={customerId} chosen={chosen} error={faults.groups} onChange={setChosen} />
    </FormDialog>
  )
}
