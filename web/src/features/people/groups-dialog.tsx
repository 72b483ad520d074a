import type { PersonView } from '@gatehouse/shared/views/people'
import { Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { GroupChoice } from './group-choice.tsx'
import { changeGroups } from './queries.ts'

/** Puts somebody into groups and takes him out of others. */
export const GroupsDialog = ({
  customerId,
  person,
  onClose,
}: {
  customerId: string | null
  person: PersonView
  onClose: () => void
}) => {
  const cache = useQueryClient()
  const before = person.groups.map((group) => group.id)
  const [chosen, setChosen] = useState<string[]>(before)
  const change = {
    add: chosen.filter((id) => !before.includes(id)),
    remove: before.filter((id) => !chosen.includes(id)),
  }
  const save = useMutation({
    mutationFn: () => changeGroups(customerId, person.id, change),
    onSuccess: () => {
      for (const root of ['people', 'groups'] as const) void cache.invalidateQueries({ queryKey: key(root) })
      notifications.show({ message: `The groups of ${person.name} are changed.` })
      onClose()
    },
  })
  return (
    <FormDialog
      title={`Groups of ${person.name}`}
      submit="Save"
      busy={save.isPending}
      shut={change.add.length + change.remove.length === 0}
      error={formFault(save.error, ['groups'])}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Text c="dimmed">It holds at once, in pages that are open as well.</Text>
      <GroupChoice
        customerId={customerId}
        chosen={chosen}
        error={fieldFaults(save.error).groups}
        onChange={setChosen}
      />
    </FormDialog>
  )
}
