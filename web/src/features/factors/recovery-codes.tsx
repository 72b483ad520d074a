import { Button, Checkbox, CopyButton, Group, Stack, Text } from '@mantine/core'
import { IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { browserZone, dayOf } from '../../kernel/format.ts'
import classes from './factors.module.css'
import { codesAsText } from './words.ts'

const download = (text: string) => {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'gatehouse-recovery-codes.txt'
  link.click()
  URL.revokeObjectURL(url)
}

/** Recovery codes, shown this once, and the means to keep them. */
export const RecoveryCodes = ({
  codes,
  owner,
  onKept,
}: {
  codes: readonly string[]
  /** The address of the person. */
  owner: string
  onKept: () => void
}) => {
  const [kept, setKept] = useState(false)
  const text = codesAsText(codes, owner, dayOf(Date.now(), browserZone()))
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [])
  return (
    <Stack gap="md">
      <Text>
        For the day on which you have neither passkey nor phone: each of these codes signs you in once. They are shown
        now and never again.
      </Text>
      <p className={classes.onPaper} data-print>
        Gatehouse: recovery codes of {owner}
      </p>
      <ul className={classes.codes} aria-label="Recovery codes" data-print>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs" grow>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={<IconCopy size={15} aria-hidden />} onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" leftSection={<IconDownload size={15} aria-hidden />} onClick={() => download(text)}>
          Save
        </Button>
        <Button variant="default" leftSection={<IconPrinter size={15} aria-hidden />} onClick={() => print()}>
          Print
        </Button>
      </Group>
      <Checkbox
        label="I have kept them where nobody else looks"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <Button size="sm" fullWidth disabled={!kept} onClick={onKept}>
        Go on
      </Button>
    </Stack>
  )
}
