import { awaitsAnswer } from '@gatehouse/shared/requests/request-states'
import type { RequestView } from '@gatehouse/shared/views/requests'
import { Text } from '@mantine/core'
import { countdown, stretch } from '../../kernel/format.ts'
import { useServerNow } from '../../kernel/now.ts'
import { inZone } from './words.ts'

const lastHour = 3_600_000

/** Time that is left, ms: counted by the second in its last hour. */
const left = (ms: number): string => (ms > lastHour ? stretch(ms) : countdown(ms))

/** Until when somebody has to act, counted down by the server's clock; nothing where nobody has to. */
export const Deadline = ({ request }: { request: RequestView }) => {
  const now = useServerNow()
  const { state, decision, device, answerBefore } = request
  const waits = awaitsAnswer(state)
  const until = waits ? answerBefore : state === 'approved' ? decision?.useBefore : null
  if (until == null) return null
  const opens = state === 'approved' ? (decision?.notBefore ?? 0) : 0
  const [says, to] = now < opens ? ['Can be begun in', opens] : [waits ? 'Expires in' : 'To be begun within', until]
  return (
    <Text component="p" m={0} data-tabular>
      {says} <strong>{left(to - now)}</strong>
      <Text span c="dimmed">
        {' '}
        · {inZone(to, device.zone)}
      </Text>
    </Text>
  )
}
