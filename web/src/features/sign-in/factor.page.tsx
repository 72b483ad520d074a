import { Alert, Text } from '@mantine/core'
import { useEffect } from 'react'
import { Loading } from '../../ui/notices.tsx'
import { Front } from './front.tsx'
import { ProofForm } from './proof-form.tsx'
import { SomebodyElse } from './somebody-else.tsx'
import { useNextStep, useStanding } from './use-standing.ts'

/** Where the second factor is shown, after the password. */
export default function FactorPage() {
  const { standing, error } = useStanding('factor')
  const next = useNextStep()
  useEffect(() => {
    document.title = 'Your second factor · Gatehouse'
  }, [])
  return (
    <Front title="Your second factor">
      {error && (
        <Alert color="brick" role="alert">
          {error}
        </Alert>
      )}
      {!standing && !error && <Loading rows={3} />}
      {standing && (
        <>
          <Text c="dimmed" mb="md">
            The password was right, {standing.name}. Now show that it is you who knows it.
          </Text>
          <ProofForm standing={standing} withPassword={false} onProven={() => next('in')}>
            <SomebodyElse />
          </ProofForm>
        </>
      )}
    </Front>
  )
}
