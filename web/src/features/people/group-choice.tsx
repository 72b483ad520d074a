import { Checkbox, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Answered } from '../../kernel/answered.tsx'
import { groups } from '../groups/queries.ts'

/** The groups somebody is to be in; those that one may not hand out are shut, and say why. */
export const GroupChoice = ({
  customerId,
  chosen,
  error,
  onChange,
}: {
  customerId: string | null
  chosen: readonly string[]
  error?: string
  onChange: (groupIds: string[]) => void
}) => (
  <Answered query={useQuery(groups(customerId))}>
    {(all) => (
      <Checkbox.Group label="Groups" value={[...chosen]} error={error} onChange={onChange}>
        <Stack gap="xs" mt={6}>
          {all.map(({ id, name, may }) => (
            <Checkbox
              key={id}
              value={id}
              label={name}
              disabled={!may.assign.ok}
              description={may.assign.ok ? undefined : may.assign.says}
            />
          ))}
          {all.length === 0 && <Text c="dimmed">There are no groups yet.</Text>}
        </Stack>
      </Checkbox.Group>
    )}
  </Answered>
)
