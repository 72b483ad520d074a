import { reportKindSays, reportLengths } from '@gatehouse/shared/intake/reports'
import type { ReportView } from '@gatehouse/shared/views/intake'
import { Alert, Button, Stack, Text, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { Facts } from '../../ui/facts.tsx'
import { Breadcrumbs, Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { Answers } from './answers.tsx'
import { CloseButton } from './close-button.tsx'
import { ReportBadge, ReportSeverityBadge } from './looks.tsx'
import classes from './public-page.module.css'
import { reportQuery, useAnswer } from './queries.ts'

/** One report, as those read it who answer. */
export default function SecurityReportPage() {
  const { reportId = '' } = useParams()
  return <Answered query={useQuery(reportQuery(reportId))}>{(report) => <Shown report={report} />}</Answered>
}

const Shown = ({ report }: { report: ReportView }) => {
  const zone = useZone()
  const nothing = report.answers.length === 0 && !report.closed
  return (
    <Page
      title={report.number}
      about={report.title}
      badges={<ReportBadge state={report.state} overdue={report.overdue} />}
      breadcrumbs={
        <Breadcrumbs>
          <Link to={paths.securityReports()}>Security reports</Link>
        </Breadcrumbs>
      }
      lead={<bdi>{report.title}</bdi>}
      actions={report.may.close.ok && <CloseButton report={report} />}
      width="reading"
    >
      <Section title="What was reported">
        <Stack gap="lg">
          <Facts
            facts={[
              ['What', reportKindSays[report.kind]],
              ['How grave, as the reporter sees it', <ReportSeverityBadge key="grave" severity={report.severity} />],
              ['Where', report.place ? <bdi key="where">{report.place}</bdi> : 'Not said'],
              [
                'Reported by',
                report.reporter ? `${report.reporter.name}, ${report.reporter.company}` : 'Not signed in',
              ],
              ['Is told by mail', report.email ?? 'No address given; answers are looked up'],
              ['Received', <TimeText key="received" at={report.receivedAt} zone={zone} withZone />],
              ['First answer before', <TimeText key="due" at={report.answerBefore} zone={zone} withZone />],
            ]}
          />
          <p className={classes.written} dir="auto">
            {report.details}
          </p>
        </Stack>
      </Section>
      <Section title="What was answered">
        <Stack gap="lg">
          {nothing ? (
            <Text c="dimmed">Nothing yet.</Text>
          ) : (
            <Answers answers={report.answers} closed={report.closed} zone={zone} />
          )}
          {report.may.answer.ok ? (
            <AnswerForm reportId={report.id} />
          ) : (
            <Text c="dimmed">{report.closed ? 'It is closed: nothing more is answered.' : report.may.answer.says}</Text>
          )}
        </Stack>
      </Section>
    </Page>
  )
}

const AnswerForm = ({ reportId }: { reportId: string }) => {
  const [text, setText] = useState('')
  const answer = useAnswer(reportId)
  const fault = formFault(answer.error, ['text'])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    answer.mutate(text, { onSuccess: () => setText('') })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Textarea
          label="Answer"
          description="Whoever has the key of this report reads it; your name is not shown there. Mails only say that there is an answer."
          autosize
          minRows={4}
          maxLength={reportLengths.answer}
          value={text}
          error={fieldFaults(answer.error).text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {fault && (
          <Alert color="brick" role="alert">
            {fault}
          </Alert>
        )}
        <Button type="submit" loading={answer.isPending} disabled={!text.trim()} style={{ alignSelf: 'flex-start' }}>
          Send the answer
        </Button>
      </Stack>
    </form>
  )
}
