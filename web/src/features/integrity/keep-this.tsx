import type { LogView } from '@gatehouse/shared/views/integrity'
import { Anchor, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { QRCodeSVG } from 'qrcode.react'
import { Facts } from '../../ui/facts.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './integrity.module.css'
import { number } from './looks.tsx'
import { checkpointFile } from './queries.ts'

const Copied = ({ text, says }: { text: string; says: string }) => (
  <CopyButton value={text}>
    {({ copied, copy }) => (
      <Button variant="default" size="xs" onClick={copy}>
        {copied ? 'Copied' : says}
      </Button>
    )}
  </CopyButton>
)

/** The newest signed size and root: what a later log is held against. */
export const Checkpoint = ({ log, zone }: { log: LogView; zone: string }) => {
  if (!log.checkpoint) return <Text c="dimmed">Nothing is signed yet; it is a few seconds after the first event.</Text>
  const { at, size, root } = log.checkpoint
  return (
    <Stack gap="md">
      <Text>
        Whoever holds this can show that nothing before it was changed, removed or put in between, however long ago that
        was{log.restores.length > 0 && ', but for what the restore lost, which stands in it'}. Keep it where Gatehouse
        cannot reach it.
      </Text>
      <Facts
        facts={[
          ['Signed', <TimeText key="at" at={at} zone={zone} withZone />],
          ['Events under it', number(size)],
          [
            'Root',
            <code key="root" className={classes.code}>
              {root}
            </code>,
          ],
        ]}
      />
      <Group gap="xs">
        <Button
          component="a"
          href={checkpointFile(log.id)}
          download
          size="xs"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Keep this checkpoint
        </Button>
        <Anchor href="/verify.html" size="sm">
          Check a proof bundle without this server
        </Anchor>
      </Group>
    </Stack>
  )
}

/** The key that signs the log: noted down once, on paper or in another system. */
export const PinnedKey = ({ log }: { log: LogView }) => (
  <div className={classes.key}>
    <Stack gap="md" className={classes.keyWords}>
      <Text>
        Note this down today, outside Gatehouse. Proofs are checked with the key you noted down: somebody who took over
        this server could show you a log of his own making, but could not sign it with this key.
      </Text>
      {log.restores.length > 0 && (
        <Text size="sm">
          It has another name since the restore. The one that you noted before checks every proof of this log as well.
        </Text>
      )}
      <code className={classes.code}>{log.key.text}</code>
      <div>
        <Copied text={log.key.text} says="Copy the key" />
      </div>
      <div>
        <Text size="sm" c="dimmed">
          Its fingerprint, to compare by phone
        </Text>
        <code className={classes.fingerprint}>{log.key.fingerprint}</code>
      </div>
    </Stack>
    <QRCodeSVG className={classes.qr} value={log.key.text} level="M" size={132} title="The key as a QR code" />
  </div>
)
