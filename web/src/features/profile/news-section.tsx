import { alwaysMailed, type NewsChoice, type NewsKind, newsKindNames, newsKinds } from '@gatehouse/shared/profile/news'
import type { SettingsView } from '@gatehouse/shared/views/profile'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { holds, useMe } from '../../kernel/me.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Section } from '../../ui/page.tsx'
import classes from './news-section.module.css'
import { useChangeSettings } from './settings.ts'

const ways = [
  ['mail', 'By mail'],
  ['note', 'On the screen'],
] as const

const concerning = (me: MeView): NewsKind[] => newsKindNames.filter((kind) => holds(me, newsKinds[kind].concerns))

const isSame = (one: NewsChoice, other: NewsChoice): boolean =>
  newsKindNames.every((kind) => ways.every(([way]) => one[kind][way] === other[kind][way]))

/** Of what one is told, and how. `draft` is what is chosen on the page and not saved yet. */
export const NewsSection = ({
  settings: { news, alone },
  draft,
  onDraft,
}: {
  settings: SettingsView
  draft: NewsChoice | undefined
  onDraft: (news: NewsChoice | undefined) => void
}) => {
  const kinds = concerning(useMe())
  const shown = draft ?? news
  const save = useChangeSettings(() => {
    onDraft(undefined)
    notifications.show({ message: 'What you are told of is saved.' })
  })
  const put = (next: NewsChoice) => {
    save.reset()
    onDraft(isSame(next, news) ? undefined : next)
  }
  return (
    <Section title="What you are told of" flush>
      {kinds.length > 0 && (
        <>
          <Choices kinds={kinds} news={shown} onChange={put} />
          <Stack gap="md" p="md">
            {alone && !shown.asked.mail && <Others alone={alone} />}
            {save.error && (
              <Alert color="brick" role="alert">
                {wordsFor(save.error)}
              </Alert>
            )}
            <Group gap="xs">
              <Button loading={save.isPending} disabled={!draft} onClick={() => save.mutate({ news: shown })}>
                Save what you are told of
              </Button>
              {draft && (
                <Button variant="default" onClick={() => put(news)}>
                  As it was
                </Button>
              )}
            </Group>
          </Stack>
        </>
      )}
      <Always />
    </Section>
  )
}

const Choices = ({
  kinds,
  news,
  onChange,
}: {
  kinds: readonly NewsKind[]
  news: NewsChoice
  onChange: (news: NewsChoice) => void
}) => (
  <table className={classes.table}>
    <thead>
      <tr>
        <th scope="col">When</th>
        {ways.map(([way, says]) => (
          <th key={way} scope="col">
            {says}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {kinds.map((kind) => (
        <tr key={kind}>
          <th scope="row">{newsKinds[kind].says}</th>
          {ways.map(([way, says]) => (
            <td key={way}>
              <Checkbox
                aria-label={`${newsKinds[kind].says}: ${says.toLowerCase()}`}
                checked={news[kind][way]}
                onChange={(event) =>
                  onChange({ ...news, [kind]: { ...news[kind], [way]: event.currentTarget.checked } })
                }
              />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)

/** Who has to answer where an approver is not mailed; and where he is mailed all the same. */
const Others = ({ alone: { count, named } }: { alone: NonNullable<SettingsView['alone']> }) => (
  <Alert color="amber" role="status" title="Without these mails others must answer">
    What waits still stands under Approvals.
    {count > 0 && (
      <>
        {' '}
        Nobody else is mailed about <bdi>{named.map(({ name }) => name).join(', ')}</bdi>
        {count > named.length && ` and ${count - named.length} more`}, so these mails come to you all the same: every
        request reaches somebody.
      </>
    )}
  </Alert>
)

const Always = () => (
  <div className={classes.always}>
    <Text fw={600}>Always by mail</Text>
    <Text c="dimmed" size="sm">
      Nobody should be able to change your account in silence, so this cannot be switched off.
    </Text>
    <ul>
      {alwaysMailed.map((says) => (
        <li key={says}>{says}</li>
      ))}
    </ul>
  </div>
)
