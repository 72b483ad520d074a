import { signInMethods } from '@gatehouse/shared/sign-in/methods'
import type { SignInView } from '@gatehouse/shared/views/sign-in'
import { Badge, Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Answered } from '../../kernel/answered.tsx'
import { wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { browserWords } from './browser-words.ts'
import { endSignIn, signIns } from './queries.ts'

const columns = (zone: string, ask: (which: SignInView) => void): Column<SignInView>[] => [
  {
    id: 'browser',
    header: 'Browser',
    headline: true,
    cell: (row) => (
      <Group gap="xs">
        <Text component="span" fw={550}>
          {browserWords(row.userAgent)}
        </Text>
        {row.thisOne && <Badge>This one</Badge>}
        {!row.complete && <Badge color="amber">No second factor yet</Badge>}
      </Group>
    ),
  },
  { id: 'from', header: 'From', cell: (row) => row.from },
  { id: 'method', header: 'By', cell: (row) => signInMethods[row.method] },
  { id: 'since', header: 'Since', cell: (row) => <TimeText at={row.startedAt} zone={zone} withZone /> },
  { id: 'last', header: 'Last used', cell: (row) => <TimeText at={row.lastGestureAt} zone={zone} withZone /> },
  {
    id: 'act',
    header: '',
    align: 'end',
    width: '5rem',
    cell: (row) =>
      row.thisOne ? null : (
        <Button
          variant="default"
          size="compact-xs"
          aria-label={`End ${browserWords(row.userAgent)}`}
          onClick={() => ask(row)}
        >
          End
        </Button>
      ),
  },
]

/** Where one is signed in, and the means to end it there. */
export const SignInList = ({ zone }: { zone: string }) => {
  const list = useQuery(signIns)
  const [asked, setAsked] = useState<SignInView | 'others' | null>(null)
  const queryClient = useQueryClient()
  const end = useMutation({
    mutationFn: (which: SignInView | 'others') => endSignIn(which === 'others' ? which : which.id),
    onSuccess: (_, which) => {
      setAsked(null)
      notifications.show({ message: which === 'others' ? 'All others are signed out.' : 'That browser is signed out.' })
    },
    // Also after a refusal: it may have ended by itself meanwhile.
    onSettled: () => queryClient.invalidateQueries({ queryKey: signIns.queryKey }),
  })
  const others = list.data?.rows.some((row) => !row.thisOne)
  return (
    <Section
      title="Where you are signed in"
      actions={
        others && (
          <Button variant="default" onClick={() => setAsked('others')}>
            End all others
          </Button>
        )
      }
      flush
    >
      <Answered query={list}>
        {({ rows }) => (
          <DataTable
            label="Where you are signed in"
            columns={columns(zone, setAsked)}
            rows={rows}
            rowKey={(row) => row.id}
          />
        )}
      </Answered>
      {asked && (
        <ConfirmDialog
          title={asked === 'others' ? 'End all others' : `End ${browserWords(asked.userAgent)}`}
          confirm={asked === 'others' ? 'End all others' : 'End'}
          danger
          busy={end.isPending}
          error={end.error ? wordsFor(end.error) : undefined}
          onConfirm={() => end.mutate(asked)}
          onClose={() => {
            end.reset()
            setAsked(null)
          }}
        >
          {asked === 'others'
            ? 'Every other browser is signed out at once, and remote sessions that run there end.'
            : 'That browser is signed out at once, and remote sessions that run there end.'}
        </ConfirmDialog>
      )}
    </Section>
  )
}
