import type { Activity } from '@gatehouse/shared/activities'
import type { Named } from '@gatehouse/shared/views/basics'
import type { AskingView, RequestView } from '@gatehouse/shared/views/requests'
import { List, Stack, Text } from '@mantine/core'
import { timeOfDay } from '../../kernel/format.ts'
import { approvedSays, listed } from './words.ts'

const names = (people: readonly Named[]): string => listed(people.map(({ name }) => name))

/** Who can answer what is not asked yet, by name, and what the policy wants of them for these activities. */
export const WhoCouldAnswer = ({
  asking: { people, twoFor, watchedFor },
  activities,
  company,
}: {
  asking: AskingView
  activities: readonly Activity[]
  company: string
}) => {
  const two = activities.some((name) => twoFor.includes(name))
  const watched = activities.some((name) => watchedFor.includes(name))
  return (
    <Stack gap={4}>
      <Text>
        {people.length === 0
          ? `Nobody at ${company} may answer at the moment. Ask them to make somebody an approver.`
          : `${names(people)} can answer.`}
      </Text>
      {two && people.length > 1 && <Text>Two different people have to approve it.</Text>}
      {two && people.length === 1 && (
        <Text>
          Two different people have to approve it, and there is only one. Ask them to make somebody an approver.
        </Text>
      )}
      {watched && <Text>It begins only while somebody of {company} watches.</Text>}
    </Stack>
  )
}

const Told = ({ told, zone }: { told: NonNullable<RequestView['told']>; zone: string }) => (
  <List size="sm">
    {told.steps.map(({ at, people, leftOut }) => (
      <List.Item key={at + names(people) + leftOut.join()}>
        {people.length > 0 && `Told: ${names(people)}, ${timeOfDay(at, zone)}`}
        {leftOut.length > 0 &&
          `${people.length > 0 ? '; left' : 'Left'} out: ${listed(leftOut)}, who may not answer it`}
      </List.Item>
    ))}
    {told.next && (
      <List.Item>
        Next: {told.next.names.length > 0 ? listed(told.next.names) : 'everybody else who may answer'}, at{' '}
        {timeOfDay(told.next.at, zone)}
      </List.Item>
    )}
  </List>
)

/** Who has approved a request that waits, who can answer it, who was told of it when, and who will be. */
export const WhoAnswers = ({ request }: { request: RequestView }) => {
  const { approvers, approvals, told, customer, device } = request
  const given = approvals.given.filter(({ counts }) => counts).length
  const approved = approvedSays(request)
  const all = told ? '.' : ', and have been told.'
  return (
    <Stack gap="xs">
      {approvals.needed > 1 && (
        <Text fw={600}>
          {given} of {approvals.needed} approvals
          {approved ? `: ${approved}` : '. Two different people have to approve it.'}
        </Text>
      )}
      {approvals.needed === 1 && approved && <Text>{approved}</Text>}
      <Text>
        {approvers.length === 0
          ? `Nobody ${given > 0 ? 'else ' : ''}at ${customer.name} may answer at the moment. Ask them to make somebody an approver.`
          : `${names(approvers)} can answer${all}`}
      </Text>
      {told && <Told told={told} zone={device.zone} />}
    </Stack>
  )
}
