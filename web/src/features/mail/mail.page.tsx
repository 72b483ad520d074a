import { Accordion, Group, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Paged } from '../../kernel/answered.tsx'
import { useZone } from '../../kernel/zone.ts'
import { Empty } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import classes from './mail.module.css'
import { mails } from './queries.ts'

/** Mails that would have gone out, where no mail server is set. */
export default function MailPage() {
  const list = useInfiniteQuery(mails)
  const zone = useZone()
  return (
    <Page
      title="Mail"
      lead="Mails as they were written. They leave when a mail server is set; this page exists in the demonstration only."
      width="reading"
    >
      <Section flush>
        <Paged list={list}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No mail yet">When somebody asks for access, those who may answer get one.</Empty>
            ) : (
              <Accordion>
                {rows.map((mail) => (
                  <Accordion.Item key={mail.id} value={mail.id}>
                    <Accordion.Control>
                      <Group justify="space-between" gap="xs">
                        <Text fw={550}>{mail.subject}</Text>
                        <Text c="dimmed" component="span">
                          to {mail.to}, <TimeText at={mail.queuedAt} zone={zone} withZone />
                        </Text>
                      </Group>
                    </Accordion.Control>
                    <Accordion.Panel>
                      <pre className={classes.text}>{mail.text}</pre>
                    </Accordion.Panel>
                  </Accordion.Item>
                ))}
              </Accordion>
            )
          }
        </Paged>
      </Section>
    </Page>
  )
}
