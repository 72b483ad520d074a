import type { Rule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Alert, Badge, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { counted } from '../../kernel/format.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import type { PolicyDraft } from './draft.ts'
import { directionOf, levelsWith, type Outcome, outcomesOf, type Place, placeSays } from './levels.ts'
import { peopleFaults } from './people-words.ts'
import classes from './policy.module.css'
import { changePolicy, policyQuery } from './queries.ts'
import { Touched } from './touched.tsx'
import { activitySays, belowSays, holdsSays, ruleSays } from './words.ts'

/** What a change comes to, before it is saved. */
export const SaveDialog = ({
  policy,
  draft,
  place,
  onClose,
}: {
  policy: PolicyView
  draft: PolicyDraft
  place: Place
  onClose: () => void
}) => {
  const cache = useQueryClient()
  const { queryKey } = policyQuery(policy.customer.id)
  // As it was looked at: what comes in while the dialog is open does not move beneath the button.
  const [rules] = useState(draft.rules)
  const [outcomes] = useState(() => outcomesOf(policy.levels, place, rules))
  const save = useMutation({
    mutationFn: () => changePolicy(policy.customer.id, place, draft.rules, draft.version),
    onSuccess: ({ version }) => {
      const levels = levelsWith(policy.levels, place, draft.rules).filter((one) => Object.keys(one.rules).length > 0)
      cache.setQueryData(queryKey, { ...policy, version, levels })
      draft.drop()
      onClose()
      notifications.show({ message: 'Saved. It holds from now on; each device confirms it.' })
      void cache.invalidateQueries({ queryKey })
    },
    onError: async (thrown) => {
      if (!(thrown instanceof ApiError) || thrown.code !== 'changed_meanwhile') return
      // What stands now is loaded beneath the edits; the editor says what is different.
      await cache.invalidateQueries({ queryKey })
      onClose()
    },
  })
  const { less } = directionOf(outcomes)
  const lost = draft.meanwhile && 'Somebody changed this policy meanwhile. Go back and look at it first.'
  return (
    <ConfirmDialog
      title={`Rules for ${lowerFirst(placeSays(place))}`}
      confirm="Save"
      busy={save.isPending}
      shut={draft.meanwhile !== undefined}
      error={save.error ? wordsFor(save.error) : lost}
      onConfirm={() => save.mutate()}
      onClose={onClose}
    >
      <Stack gap="md">
        <ul className={classes.outcomes}>
          {outcomes.map((outcome) => (
            <OutcomeItem key={outcome.activity} outcome={outcome} place={place} people={policy.people} />
          ))}
        </ul>
        <Touched policy={policy} place={place} rules={rules} />
        <Text>
          It holds as soon as it is saved.{less && ' What runs and is not allowed any more ends at once.'}{' '}
          {policy.confirmed.of > 0 &&
            `${counted(policy.confirmed.of, 'enrolled device')} of ${policy.customer.name} then ${policy.confirmed.of === 1 ? 'confirms' : 'confirm'} the new version.`}
        </Text>
      </Stack>
    </ConfirmDialog>
  )
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

const OutcomeItem = ({ outcome, place, people }: { outcome: Outcome; place: Place; people: PolicyView['people'] }) => {
  const { activity, before, after, holds, below } = outcome
  const { more, less } = directionOf([outcome])
  // Where no rule stands, the answer that holds in its place is said.
  const says = (rule: Rule | undefined, held: Rule) =>
    rule ? ruleSays(rule, place, activity) : `${ruleSays(rule, place, activity)} (${holdsSays(held, activity)})`
  return (
    <li>
      <Text fw={600}>{activitySays(activity)}</Text>
      <Text>
        {says(before, holds.before)} → {says(after, holds.after)}
      </Text>
      {below.length > 0 && (
        <ul className={classes.below}>
          {below.map((one) => (
            <li
              key={`${one.place.level} ${one.place.levelId}`}
              data-moves={holdsSays(one.before, activity) === holdsSays(one.after, activity) ? undefined : true}
            >
              {belowSays(one, activity)}
            </li>
          ))}
        </ul>
      )}
      {after &&
        peopleFaults(after, people).map((says) => (
          <Alert key={says} color="amber" mt={4}>
            {says}
          </Alert>
        ))}
      <Group gap="xs" mt={4}>
        {more && <Badge color="amber">Allows more than before</Badge>}
        {less && <Badge color="slate">Allows less than before</Badge>}
        {!more && !less && <Badge color="gray">Nothing becomes possible or impossible</Badge>}
      </Group>
    </li>
  )
}
