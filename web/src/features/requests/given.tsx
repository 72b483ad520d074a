import type { RequestView } from '@gatehouse/shared/views/requests'
import { Stack, Text } from '@mantine/core'
import classes from './approvals.module.css'
import { givenSays } from './given-words.ts'
import { inZone } from './words.ts'

/** What others have given before, for whoever has to approve it as well; nothing where nobody has. */
export const Given = ({ request }: { request: RequestView }) => {
  const { given, needed } = request.approvals
  if (given.length === 0) return null
  return (
    <Stack gap="sm">
      {given.map((one) => (
        <div key={`${one.by.id} ${one.at}`} className={classes.means}>
          <Text fw={600}>
            <bdi>{one.by.name}</bdi> {one.counts ? 'has approved this' : 'had approved this'}
            {one.counts && needed > 1 && `: 1 of ${needed} approvals`}
          </Text>
          {one.counts ? (
            <Text>{givenSays(request, one)}. Nobody can give more than that any longer.</Text>
          ) : (
            <Text>It counts no more: what was shown has changed since.</Text>
          )}
          {one.comment && (
            <Text style={{ overflowWrap: 'anywhere' }}>
              “<bdi>{one.comment}</bdi>”
            </Text>
          )}
          <Text c="dimmed" size="sm">
            {inZone(one.at, request.device.zone)}
          </Text>
        </div>
      ))}
    </Stack>
  )
}
