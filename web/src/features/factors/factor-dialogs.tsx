import type { PasskeyView } from '@gatehouse/shared/views/factors'
import { Alert, Modal, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { useMe } from '../../kernel/me.ts'
import { wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { AddCodeApp } from './add-code-app.tsx'
import { AddPasskey } from './add-passkey.tsx'
import { factors, remakeRecoveryCodes, removeCodeApp, removePasskey, renamePasskey } from './queries.ts'
import { RecoveryCodes } from './recovery-codes.tsx'

/** What somebody is about to do to his ways to sign in. */
export type FactorDeed =
  | { deed: 'passkey' | 'app' | 'remove-app' | 'recovery' }
  | { deed: 'rename' | 'remove-passkey'; passkey: PasskeyView }

const useFresh = () => {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: factors.queryKey })
}

/** The dialog of each deed. */
export const FactorDialogs = ({ asked, onClose }: { asked: FactorDeed; onClose: () => void }) => {
  const fresh = useFresh()
  const [codes, setCodes] = useState<string[]>()
  const added = (recoveryCodes: string[] | null) => {
    void fresh()
    if (recoveryCodes) return setCodes(recoveryCodes)
    notifications.show({ message: 'Added. A mail tells you, too.' })
    onClose()
  }
  if (codes) return <CodesDialog codes={codes} onClose={onClose} />
  switch (asked.deed) {
    case 'passkey':
      return (
        <Modal opened onClose={onClose} title="Make a passkey" size="24rem">
          <AddPasskey onAdded={added} />
        </Modal>
      )
    case 'app':
      return <AppDialog onAdded={added} onClose={onClose} />
    case 'rename':
      return <RenameDialog passkey={asked.passkey} onClose={onClose} />
    case 'recovery':
      return <RemakeDialog onMade={setCodes} onClose={onClose} />
    case 'remove-app':
      return <RemoveDialog name="the authenticator app" remove={removeCodeApp} onClose={onClose} />
    case 'remove-passkey': {
      const { id, name } = asked.passkey
      return <RemoveDialog name={`“${name}”`} remove={() => removePasskey(id)} onClose={onClose} />
    }
  }
}

/** It cannot be left by accident: the codes are shown this once. */
const CodesDialog = ({ codes, onClose }: { codes: string[]; onClose: () => void }) => (
  <Modal
    opened
    onClose={onClose}
    withCloseButton={false}
    closeOnEscape={false}
    closeOnClickOutside={false}
    title="Your recovery codes"
  >
    <RecoveryCodes codes={codes} owner={useMe().email} onKept={onClose} />
  </Modal>
)

const AppDialog = ({
  onAdded,
  onClose,
}: {
  onAdded: (recoveryCodes: string[] | null) => void
  onClose: () => void
}) => {
  const [error, setError] = useState<string>()
  const failed = useCallback((says: string) => setError(says), [])
  return (
    <Modal opened onClose={onClose} title="Set up an authenticator app" size="24rem">
      {error ? (
        <Alert color="brick" role="alert">
          {error}
        </Alert>
      ) : (
        <AddCodeApp onAdded={onAdded} onFailed={failed} />
      )}
    </Modal>
  )
}

const RenameDialog = ({ passkey, onClose }: { passkey: PasskeyView; onClose: () => void }) => {
  const fresh = useFresh()
  const [name, setName] = useState(passkey.name)
  const rename = useMutation({
    mutationFn: () => renamePasskey(passkey.id, name.trim()),
    onSuccess: () => {
      void fresh()
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Rename “${passkey.name}”`}
      submit="Rename"
      busy={rename.isPending}
      shut={!name.trim() || name.trim() === passkey.name}
      error={formFault(rename.error, ['name'])}
      onSubmit={() => rename.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        maxLength={60}
        data-autofocus
        value={name}
        error={fieldFaults(rename.error).name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

const RemakeDialog = ({ onMade, onClose }: { onMade: (codes: string[]) => void; onClose: () => void }) => {
  const fresh = useFresh()
  const remake = useMutation({
    mutationFn: remakeRecoveryCodes,
    onSuccess: (codes) => {
      void fresh()
      onMade(codes)
    },
  })
  return (
    <ConfirmDialog
      title="Make new recovery codes"
      confirm="Make new ones"
      busy={remake.isPending}
      error={remake.error ? wordsFor(remake.error) : undefined}
      onConfirm={() => remake.mutate()}
      onClose={onClose}
    >
      Those you have are void at once. The new ones are shown this once.
    </ConfirmDialog>
  )
}

const RemoveDialog = ({
  name,
  remove,
  onClose,
}: {
  name: string
  remove: () => Promise<void>
  onClose: () => void
}) => {
  const fresh = useFresh()
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      notifications.show({ message: 'Removed. A mail tells you, too.' })
      onClose()
    },
    onSettled: fresh,
  })
  return (
    <ConfirmDialog
      title={`Remove ${name}`}
      confirm="Remove"
      danger
      busy={removal.isPending}
      error={removal.error ? wordsFor(removal.error) : undefined}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    >
      It signs you in no longer, and everybody who is signed in as you in another browser is signed out.
    </ConfirmDialog>
  )
}
