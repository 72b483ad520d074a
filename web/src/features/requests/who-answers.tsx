import type { Named } from '@gatehouse/shared/views/views'
import { Text } from '@mantine/core'
import { listed } from './words.ts'

/** Who can answer, by name; `asked` once they have been told. */
export const WhoAnswers = ({ approvers, company, asked }: { approvers: Named[]; company: string; asked: boolean }) => (
  <Text>
    {approvers.length === 0
      ? `Nobody at ${company} may answer at the moment. Ask them to make somebody an approver.`
      : `${listed(approvers.map(({ name }) => name))} can answer${asked ? ', and have been told.' : '.'}`}
  </Text>
)
