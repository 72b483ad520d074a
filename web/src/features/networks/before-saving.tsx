import type { NetworksPreview, NetworksView } from '@gatehouse/shared/views/networks'
import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCircleCheck, IconDoorExit, IconHistory, IconMapPin, type TablerIcon } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Answered } from '../../kernel/answered.tsx'
import { counted, dateTime, zoneName } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { leave } from '../../kernel/leave.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { useZone } from '../../kernel/zone.ts'
import { Section } from '../../ui/page.tsx'
import type { DraftRow, NetworksDraft } from './draft.ts'
import classes from './networks.module.css'
import { previewQuery, saveNetworks } from './queries.ts'

interface Props {
  customerId: string | null
  view: NetworksView
  draft: NetworksDraft
  /** Told when the draft is saved or let go: its buttons are gone with it. */
  onDone: () => void
}

/** What a draft comes to, and the way to save it or to let it go. */
export const BeforeSaving = ({ customerId, view, draft, onDone }: Props) => {
  const preview = useQuery(previewQuery(customerId, draft.result))
  return (
    <Section title="Before you save">
      <Stack gap="md">
        <Changes rows={draft.rows} />
        <Answered query={preview}>
          {(answer) => (
            <Outcome
              customerId={customerId}
              view={view}
              draft={draft}
              onDone={onDone}
              preview={answer}
              stale={preview.isPlaceholderData}
            />
          )}
        </Answered>
      </Stack>
    </Section>
  )
}

const changeSays: Partial<Record<DraftRow['state'], (row: DraftRow) => string>> = {
  added: ({ note }) => `is added${note ? `: “${note}”` : ''}`,
  removed: () => 'is removed',
  noted: ({ noteBefore, note }) =>
    !note
      ? `loses its note “${noteBefore}”`
      : !noteBefore
        ? `gets a note: “${note}”`
        : `gets another note: “${noteBefore}” → “${note}”`,
}

const Changes = ({ rows }: { rows: readonly DraftRow[] }) => (
  <ul className={classes.changes}>
    {rows.map((row) => {
      const says = changeSays[row.state]?.(row)
      return (
        says && (
          <li key={row.cidr}>
            <code>{row.cidr}</code> {says}
          </li>
        )
      )
    })}
  </ul>
)

const Outcome = ({
  customerId,
  view,
  draft,
  onDone,
  preview,
  stale,
}: Props & { preview: NetworksPreview; stale: boolean }) => {
  const cache = useQueryClient()
  // A tick is for the list that was looked at: with the next change it is gone.
  const list = draft.result.map(({ cidr }) => cidr).join()
  const [tick, setTick] = useState({ list, known: false })
  if (tick.list !== list) setTick({ list, known: false })
  const known = tick.list === list && tick.known
  const { locksYouOut } = preview
  const lockMyselfOut = locksYouOut && known
  const save = useMutation({
    mutationFn: () => saveNetworks(customerId, { version: draft.version, networks: draft.result, lockMyselfOut }),
    onSuccess: () => {
      if (lockMyselfOut) return leave('network')
      draft.drop()
      onDone()
      notifications.show({ message: 'Saved. It holds from now on.' })
      void cache.invalidateQueries({ queryKey: key('networks') })
      void cache.invalidateQueries({ queryKey: key('people') })
    },
    onError: (thrown) => {
      // What stands now, and where one is now, is looked at again beneath the draft.
      if (thrown instanceof ApiError && ['changed_meanwhile', 'would_lock_out'].includes(thrown.code))
        void cache.invalidateQueries({ queryKey: key('networks') })
    },
  })
  return (
    <>
      <div className={classes.outcome} data-stale={stale || undefined} aria-busy={stale} aria-live="polite">
        <Everywhere result={draft.result} />
        <You view={view} preview={preview} />
        <PutOut preview={preview} />
        <Outside preview={preview} />
      </div>
      {locksYouOut && (
        <Checkbox
          label="I know that I will be signed out"
          checked={known}
          onChange={(event) => setTick({ list, known: event.currentTarget.checked })}
        />
      )}
      {save.error && !draft.meanwhile && (
        <Alert color="brick" role="alert">
          {wordsFor(save.error)}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button
          variant="default"
          onClick={() => {
            draft.drop()
            onDone()
          }}
        >
          Discard
        </Button>
        <Button
          color={locksYouOut ? 'brick' : undefined}
          loading={save.isPending}
          disabled={stale || draft.meanwhile || (locksYouOut && !known)}
          onClick={() => save.mutate()}
        >
          {locksYouOut ? 'Save and be signed out' : 'Save the list'}
        </Button>
      </Group>
    </>
  )
}

const Point = ({ icon: Icon, grave = false, children }: { icon: TablerIcon; grave?: boolean; children: ReactNode }) => (
  <div className={classes.point} data-grave={grave || undefined}>
    <Icon size={18} aria-hidden />
    <div>{children}</div>
  </div>
)

const Everywhere = ({ result }: { result: readonly unknown[] }) =>
  result.length > 0 ? null : (
    <Point icon={IconCircleCheck}>
      <Text>No network is left on the list: people may sign in from everywhere.</Text>
    </Point>
  )

const You = ({ view, preview: { yourAddress, locksYouOut } }: { view: NetworksView; preview: NetworksPreview }) => (
  <Point icon={IconMapPin} grave={locksYouOut}>
    {!view.yours ? (
      <Text>
        You are at <code>{yourAddress}</code>. This list is not about you: you belong to another company.
      </Text>
    ) : locksYouOut ? (
      <Text>
        <strong>
          You are at <code>{yourAddress}</code>, outside of this list: it signs you out.
        </strong>{' '}
        {view.customer
          ? "Then only somebody inside of it, or an administrator of the maker's, can change it."
          : 'Then only somebody inside of it can change it, or gatehouse allow-everywhere on the server.'}
      </Text>
    ) : (
      <Text>
        You are at <code>{yourAddress}</code>, and stay signed in.
      </Text>
    )}
  </Point>
)

const more = (all: number, named: number) => (all > named ? <li>and {all - named} more</li> : null)

const PutOut = ({ preview: { putOut } }: { preview: NetworksPreview }) => (
  <Point icon={IconDoorExit} grave={putOut.people > 0}>
    {putOut.people === 0 ? (
      <Text>Nobody who is signed in now is put out.</Text>
    ) : (
      <>
        <Text>
          {counted(putOut.people, 'person', 'people')} signed in now {putOut.people === 1 ? 'is' : 'are'} put out, with
          whatever runs there:
        </Text>
        <ul className={classes.people}>
          {putOut.some.map(({ id, name, from }) => (
            <li key={id}>
              <bdi>{name}</bdi>, at <code>{from.join(', ')}</code>
            </li>
          ))}
          {more(putOut.people, putOut.some.length)}
        </ul>
      </>
    )}
  </Point>
)

const Outside = ({ preview: { outside } }: { preview: NetworksPreview }) => {
  const zone = useZone()
  return (
    <Point icon={IconHistory}>
      {outside.people === 0 ? (
        <Text>Nobody else came from outside of it the last time.</Text>
      ) : (
        <>
          <Text>
            {counted(outside.people, 'person', 'people')} not signed in now came from outside of it the last time:
          </Text>
          <ul className={classes.people}>
            {outside.some.map(({ id, name, from, at }) => (
              <li key={id}>
                <bdi>{name}</bdi>, from <code>{from}</code>, {dateTime(at, zone)} {zoneName(at, zone)}
              </li>
            ))}
            {more(outside.people, outside.some.length)}
          </ul>
        </>
      )}
    </Point>
  )
}
