import type { CodeSetUpView } from '@gatehouse/shared/views/factors'
import { Alert, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { QRCodeSVG } from 'qrcode.react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { wordsFor } from '../../kernel/words.ts'
import { Loading } from '../../ui/notices.tsx'
import { CodeField, isWholeCode } from './code-field.tsx'
import classes from './factors.module.css'
import { addCodeApp, offerCodeApp } from './queries.ts'
import { inFours } from './words.ts'

/** Sets up an authenticator app. `onAdded` is given the recovery codes that come with a first factor. */
export const AddCodeApp = ({
  onAdded,
  onFailed,
}: {
  onAdded: (recoveryCodes: string[] | null) => void
  /** No secret came: the person did not prove who he is, or nobody answers. */
  onFailed: (says: string) => void
}) => {
  const [offer, setOffer] = useState<CodeSetUpView>()
  const asked = useRef(false)
  useEffect(() => {
    // Asked once: another offer would void the first.
    if (asked.current) return
    asked.current = true
    offerCodeApp().then(setOffer, (thrown) => onFailed(wordsFor(thrown)))
  }, [onFailed])
  return offer ? <Confirm offer={offer} onAdded={onAdded} /> : <Loading rows={5} />
}

const Confirm = ({ offer, onAdded }: { offer: CodeSetUpView; onAdded: (recoveryCodes: string[] | null) => void }) => {
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    if (!isWholeCode(code)) return
    setBusy(true)
    setError(undefined)
    try {
      onAdded((await addCodeApp(code)).recoveryCodes)
    } catch (thrown) {
      setError(wordsFor(thrown))
      setBusy(false)
      field.current?.select()
    }
  }
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <Stack gap="md">
        <Text c="dimmed">Scan this with the authenticator app of your phone, or type the key into it.</Text>
        <QRCodeSVG className={classes.qr} value={offer.uri} level="M" title="QR code for an authenticator app" />
        <Group gap="xs" justify="space-between" wrap="nowrap">
          <span className={classes.secret} data-testid="secret">
            {inFours(offer.secret)}
          </span>
          <CopyButton value={offer.secret}>
            {({ copied, copy }) => (
              <Button variant="default" flex="none" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </Group>
        {error && (
          <Alert color="brick" role="alert">
            {error}
          </Alert>
        )}
        <CodeField ref={field} label="The code it shows now" value={code} onChange={setCode} />
        <Button type="submit" size="sm" fullWidth loading={busy} disabled={!isWholeCode(code)}>
          Use this app
        </Button>
      </Stack>
    </form>
  )
}
