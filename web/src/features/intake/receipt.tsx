import type { ReportReceiptView } from '@gatehouse/shared/views/intake'
import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { browserZone, dateTime, zoneName } from '../../kernel/format.ts'
import { paths } from '../../kernel/paths.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/page.tsx'
import classes from './public-page.module.css'

/** What whoever reported something takes away. It is shown this once. */
export const Receipt = ({ receipt: { number, key, answerBefore, mailed } }: { receipt: ReportReceiptView }) => {
  const zone = browserZone()
  return (
    <Section>
      <Stack gap="md">
        <Facts
          facts={[
            [
              'Number',
              <span key="number" className={classes.key}>
                {number}
              </span>,
            ],
            [
              'Key',
              <span key="key" className={classes.key}>
                {key}
              </span>,
            ],
            ['First answer before', `${dateTime(answerBefore, zone)} ${zoneName(answerBefore, zone)}`],
          ]}
        />
        <Text role="status">
          {mailed
            ? 'Both are on their way to you by mail as well. Keep the key to yourself: it opens our answers.'
            : 'Keep both: the key is shown this once, and opens our answers. Nobody can give it to you again.'}
        </Text>
        <Group gap="md">
          <CopyButton text={`${number}\n${key}`} />
          <Anchor component={Link} to={paths.lookUpReport()}>
            Look up a report
          </Anchor>
        </Group>
      </Stack>
    </Section>
  )
}

const CopyButton = ({ text }: { text: string }) => {
  const [stands, setStands] = useState<'asks' | 'copied' | 'failed'>('asks')
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setStands('copied'),
      () => setStands('failed'),
    )
  const says = {
    asks: 'Copy number and key',
    copied: 'Copied',
    failed: 'Mark them, and copy them by hand',
  }
  return (
    <Button
      size="sm"
      variant="default"
      leftSection={<IconCopy size={16} aria-hidden />}
      onClick={() => void copy()}
      aria-live="polite"
    >
      {says[stands]}
    </Button>
  )
}
