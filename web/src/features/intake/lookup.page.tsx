import { reportKindSays } from '@gatehouse/shared/intake/reports'
import type { ReportStandingView } from '@gatehouse/shared/views/intake'
import { Alert, Button, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { browserZone, dateTime, zoneName } from '../../kernel/format.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/page.tsx'
import { useLinkToken } from '../invitations/link-token.ts'
import { Answers } from './answers.tsx'
import { ReportBadge } from './looks.tsx'
import { PublicPage } from './public-page.tsx'
import { lookUpReport } from './queries.ts'

/** Where whoever reported something reads what became of it. A link in a mail fills in the form, and opens nothing yet. */
export default function LookupPage() {
  const [given = '', secret = ''] = useLinkToken().split('.')
  const [number, setNumber] = useState(given)
  const [key, setKey] = useState(secret)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [found, setFound] = useState<ReportStandingView>()

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    setFound(undefined)
    try {
      setFound(await lookUpReport({ number: number.trim(), key: key.trim() }))
    } catch (thrown) {
      setError(thrown)
    }
    setBusy(false)
  }

  return (
    <PublicPage title="Look up a report" lead="With the number and the key you were given when you reported it.">
      {() => (
        <>
          <Section>
            <form noValidate onSubmit={(event) => void submit(event)}>
              <Stack gap="md">
                <TextInput
                  size="sm"
                  label="Number"
                  placeholder="GH-2026-0007"
                  autoComplete="off"
                  autoCapitalize="characters"
                  spellCheck={false}
                  maxLength={40}
                  value={number}
                  onChange={(event) => setNumber(event.currentTarget.value)}
                />
                <TextInput
                  size="sm"
                  label="Key"
                  autoComplete="off"
                  autoCapitalize="characters"
                  spellCheck={false}
                  maxLength={60}
                  value={key}
                  onChange={(event) => setKey(event.currentTarget.value)}
                />
                {error !== undefined && (
                  <Alert color="brick" role="alert">
                    {wordsFor(error)}
                  </Alert>
                )}
                <Button
                  type="submit"
                  size="sm"
                  loading={busy}
                  disabled={!number.trim() || !key.trim()}
                  style={{ alignSelf: 'flex-start' }}
                >
                  Look it up
                </Button>
              </Stack>
            </form>
          </Section>
          {found && <Standing report={found} />}
        </>
      )}
    </PublicPage>
  )
}

const Standing = ({ report }: { report: ReportStandingView }) => {
  const zone = browserZone()
  const moment = (at: number) => `${dateTime(at, zone)} ${zoneName(at, zone)}`
  useEffect(() => {
    document.getElementById('standing')?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div id="standing">
      <Section title={report.number} actions={<ReportBadge state={report.state} />}>
        <Stack gap="lg">
          <Facts
            facts={[
              ['What', reportKindSays[report.kind]],
              ['Received', moment(report.receivedAt)],
              ...(report.state === 'received' ? [['First answer before', moment(report.answerBefore)] as const] : []),
            ]}
          />
          {report.answers.length > 0 || report.closed ? (
            <Answers answers={report.answers} closed={report.closed} zone={zone} />
          ) : (
            <Text>Nothing has been answered yet.</Text>
          )}
        </Stack>
      </Section>
    </div>
  )
}
