import type { FactorsView } from '@gatehouse/shared/views/factors'
import type { StandingView } from '@gatehouse/shared/views/sign-in'
import { Alert, Anchor, Text, UnstyledButton } from '@mantine/core'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import { wordsFor } from '../../kernel/words.ts'
import { Loading } from '../../ui/notices.tsx'
import { AddCodeApp } from '../factors/add-code-app.tsx'
import { AddPasskey } from '../factors/add-passkey.tsx'
import classes from '../factors/factors.module.css'
import { factorsNow } from '../factors/queries.ts'
import { RecoveryCodes } from '../factors/recovery-codes.tsx'
import { whyMust } from '../factors/words.ts'
import { Front } from './front.tsx'
import { SomebodyElse } from './somebody-else.tsx'
import { useNextStep, useStanding } from './use-standing.ts'

type Way = 'passkey' | 'app'

const titles = {
  passkey: 'Make a passkey',
  app: 'Set up an authenticator app',
  choice: 'Set up a second factor',
  codes: 'Your recovery codes',
} as const

/** Where whoever must have a second factor sets up his first one. */
export default function SetUpPage() {
  const { standing, error } = useStanding('set_up')
  const next = useNextStep()
  const [way, setWay] = useState<Way>()
  const [codes, setCodes] = useState<string[]>()
  const [fault, setFault] = useState<string>()
  const title = titles[codes ? 'codes' : (way ?? 'choice')]
  useEffect(() => {
    document.title = `${title} · Gatehouse`
  }, [title])
  const added = (recoveryCodes: string[] | null) => (recoveryCodes ? setCodes(recoveryCodes) : next('in'))
  const failed = useCallback((says: string) => {
    setWay(undefined)
    setFault(says)
  }, [])
  const choose = (chosen: Way) => {
    setFault(undefined)
    setWay(chosen)
  }
  const says = error ?? fault
  return (
    <Front title={title}>
      {says && (
        <Alert color="brick" role="alert" mb="md">
          {says}
        </Alert>
      )}
      {!standing && !error && <Loading rows={4} />}
      {standing && codes && <RecoveryCodes codes={codes} owner={standing.email} onKept={() => next('in')} />}
      {standing && !codes && way === undefined && <Choice standing={standing} onChoose={choose} />}
      {standing && !codes && way && (
        <>
          {way === 'passkey' ? <AddPasskey onAdded={added} /> : <AddCodeApp onAdded={added} onFailed={failed} />}
          <Text ta="center" mt="md">
            <Anchor component="button" type="button" onClick={() => setWay(undefined)}>
              Choose another way
            </Anchor>
          </Text>
        </>
      )}
    </Front>
  )
}

const Choice = ({ standing, onChoose }: { standing: StandingView; onChoose: (way: Way) => void }) => {
  const [must, setMust] = useState<FactorsView['must']>(null)
  const [error, setError] = useState<string>()
  useEffect(() => {
    factorsNow().then(
      (now) => setMust(now.must),
      (thrown) => setError(wordsFor(thrown)),
    )
  }, [])
  const passkeys = browserSupportsWebAuthn()
  return (
    <>
      <Text c="dimmed" mb="md">
        Welcome, {standing.name}. {error ?? whyMust[must ?? 'own']} Choose how you show from now on that it is you.
      </Text>
      <div className={classes.choices}>
        {passkeys && (
          <UnstyledButton className={classes.choice} onClick={() => onChoose('passkey')}>
            <IconFingerprint size={22} aria-hidden />
            <Text fw={600}>A passkey (recommended)</Text>
            <small>Your finger, face or PIN on this device, or a security key. It cannot be phished.</small>
          </UnstyledButton>
        )}
        <UnstyledButton className={classes.choice} onClick={() => onChoose('app')}>
          <IconDeviceMobile size={22} aria-hidden />
          <Text fw={600}>An authenticator app</Text>
          <small>Your phone shows six digits that you type in when you sign in.</small>
        </UnstyledButton>
      </div>
      {!passkeys && (
        <Text c="dimmed" size="xs" mt="md">
          This browser cannot make passkeys. You can add one later, in another browser.
        </Text>
      )}
      <div className={classes.leave}>
        <SomebodyElse />
      </div>
    </>
  )
}
