import type { Named } from '@gatehouse/shared/views/basics'
import type { GroupView } from '@gatehouse/shared/views/groups'
import { Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { counted } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { previewQuery, removeGroup } from './queries.ts'
import { andMore } from './words.ts'

/** Asks whether a group is to go, and says who loses what it allows. */
export const RemoveDialog = ({
  customerId,
  group,
  onClose,
}: {
  customerId: string | null
  group: GroupView
  onClose: () => void
}) => {
  const cache = useQueryClient()
  const nothing = useQuery(previewQuery(customerId, group.id, [])).data
  const remove = useMutation({
    mutationFn: () => removeGroup(customerId, group.id, group.version),
    onSuccess: () => {
      notifications.show({ message: `${group.name} is removed.` })
      onClose()
    },
    // What stands now is shown in either case: it may have been changed or removed by somebody else.
    onSettled: () => {
      for (const root of ['groups', 'people'] as const) void cache.invalidateQueries({ queryKey: key(root) })
    },
  })
  const people = nothing?.people.count ?? group.people
  return (
    <ConfirmDialog
      title={`Remove ${group.name}`}
      confirm="Remove"
      danger
      busy={remove.isPending}
      error={remove.error ? wordsFor(remove.error) : undefined}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Stack gap="xs">
        <Text>{whoLoses(people, nothing?.people.sample ?? [])}</Text>
        {nothing && people > 0 && (
          <Text>
            It reaches {nothing.devices.before === 0 ? 'no device' : counted(nothing.devices.before, 'device')}. What it
            allowed ends at once, in pages that are open and sessions that run as well.
          </Text>
        )}
      </Stack>
    </ConfirmDialog>
  )
}

const whoLoses = (count: number, sample: readonly Named[]): string => {
  if (count === 0) return 'Nobody is in it: nobody loses anything.'
  const loses = count === 1 ? 'loses' : 'lose'
  const names = sample.length > 0 ? `: ${andMore(sample, count)}` : ''
  return `${counted(count, 'person', 'people')} ${loses} what it allows${names}.`
}
