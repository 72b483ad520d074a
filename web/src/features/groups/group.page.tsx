import { refusals } from '@gatehouse/shared/refusals'
import type { May } from '@gatehouse/shared/views/basics'
import type { GroupView } from '@gatehouse/shared/views/groups'
import { Alert, Button, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { key } from '../../kernel/keys.ts'
import { paths } from '../../kernel/paths.ts'
import { UnsavedGuard } from '../../kernel/unsaved-guard.tsx'
import { ApiError } from '../../kernel/words.ts'
import { Refused } from '../../ui/notices.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ShutButton } from '../../ui/shut-button.tsx'
import { type GroupDraft, useGroupDraft } from './draft.ts'
import { GrantCard } from './grant-card.tsx'
import { GrantWords } from './grant-words.tsx'
import classes from './groups.module.css'
import { type Meaning, MeaningSection, useMeaning, Verdict } from './meaning.tsx'
import { addGroup, changeGroup, groups } from './queries.ts'
import { Trail } from './trail.tsx'
import { useWhose, type Whose } from './whose.ts'

/** Makes a group, or changes one: what it allows, where, and what that comes to. */
export default function GroupPage() {
  const { groupId } = useParams()
  const whose = useWhose()
  const list = useQuery(groups(whose.customerId))
  return (
    <Answered query={list}>
      {(all) => <OneGroup key={groupId ?? 'new'} whose={whose} groupId={groupId ?? null} all={all} />}
    </Answered>
  )
}

const OneGroup = ({ whose, groupId, all }: { whose: Whose; groupId: string | null; all: readonly GroupView[] }) => {
  const present = all.find(({ id }) => id === groupId) ?? null
  // What the edits were begun on; what others save meanwhile comes in as `present`.
  const [base, setBase] = useState(present)
  const [round, setRound] = useState(0)
  const begin = (again: boolean) => {
    setBase(present)
    if (again) setRound(round + 1)
  }
  const why = groupId === null ? (whose.makes ? null : 'not_granted') : base ? null : 'not_found'
  return (
    <Page
      title={base?.name ?? (groupId === null ? 'New group' : 'Group')}
      about={whose.name}
      lead="Each card stands by itself: it allows its activities on its own devices. Rights of two cards never add up."
      breadcrumbs={<Trail whose={whose} inside />}
    >
      {why ? (
        <Refused says={refusals[why].says} />
      ) : (
        <Writing
          key={round}
          whose={whose}
          base={base}
          present={present}
          onKeep={() => begin(false)}
          onDrop={() => begin(true)}
        />
      )}
    </Page>
  )
}

interface WritingProps {
  whose: Whose
  /** `null` for a new group. */
  base: GroupView | null
  /** `null` for a new group, and for one that was removed meanwhile. */
  present: GroupView | null
  /** The edits go on, on top of what stands now. */
  onKeep: () => void
  onDrop: () => void
}

const Writing = ({ whose, base, present, onKeep, onDrop }: WritingProps) => {
  const { customerId } = whose
  const navigate = useNavigate()
  const cache = useQueryClient()
  const draft = useGroupDraft(base)
  const meaning = useMeaning(customerId, present?.id ?? null, draft.grants)
  const [saved, setSaved] = useState(false)
  const save = useMutation({
    mutationFn: async () => {
      const fields = { name: draft.name.trim(), grants: draft.grants }
      if (base && present) await changeGroup(customerId, base.id, { ...fields, version: base.version })
      else await addGroup(customerId, fields)
    },
    onSuccess: () => {
      setSaved(true)
      notifications.show({ message: base ? 'Saved. It holds from now on.' : `The group ${draft.name.trim()} is made.` })
      for (const root of ['groups', 'people'] as const) void cache.invalidateQueries({ queryKey: key(root) })
    },
    onError: (thrown) => {
      // What stands now comes in beneath the draft, and what is different is said.
      if (thrown instanceof ApiError && ['changed_meanwhile', 'not_found'].includes(thrown.code))
        void cache.invalidateQueries({ queryKey: key('groups') })
    },
  })
  const back = paths.groups(whose.inAddress)
  // Left only once the guard knows that nothing is unsaved any more.
  useEffect(() => {
    if (saved) void navigate(back)
  }, [saved, navigate, back])
  const gone = base !== null && present === null
  const moved = !saved && base !== null && present !== null && present.version !== base.version
  // Without edits there is nothing that could be older than what stands now.
  useEffect(() => {
    if (moved && !draft.unsaved) onDrop()
  }, [moved, draft.unsaved, onDrop])
  const readOnly = present !== null && !present.may.edit.ok && !draft.unsaved
  const may = mayEdit(present) ?? maySave(draft, meaning, moved, gone)
  return (
    <div className={classes.columns}>
      <div className={classes.cards}>
        {gone && !saved && <Gone />}
        {moved && draft.unsaved && present && <Moved present={present} onKeep={onKeep} onDrop={onDrop} />}
        {readOnly ? (
          <InWords group={present} />
        ) : (
          <Fields customerId={customerId} draft={draft} base={base} nameFault={fieldFaults(save.error).name} />
        )}
      </div>
      <MeaningSection meaning={meaning} customerId={customerId} isNew={present === null}>
        {!readOnly && (
          <>
            {draft.unsaved && meaning.answer.data && !meaning.stale && <Verdict may={meaning.answer.data.may.save} />}
            {save.error && !moved && !gone && formFault(save.error, ['name']) && (
              <Alert color="brick" role="alert">
                {formFault(save.error, ['name'])}
              </Alert>
            )}
            <div className={classes.foot}>
              <Button variant="default" onClick={() => void navigate(back)}>
                Cancel
              </Button>
              <ShutButton may={may} loading={save.isPending} onClick={() => save.mutate()}>
                Save
              </ShutButton>
            </div>
          </>
        )}
      </MeaningSection>
      <UnsavedGuard unsaved={draft.unsaved && !saved} />
    </div>
  )
}

const mayEdit = (present: GroupView | null): May | undefined =>
  present && !present.may.edit.ok ? present.may.edit : undefined

const shut = (says: string): May => ({ ok: false, because: 'invalid_input', says })

/** What of the draft itself keeps it from being saved, else what the server says of it. */
const maySave = (draft: GroupDraft, { answer, stale }: Meaning, moved: boolean, gone: boolean): May => {
  if (moved) return shut('Look first at what somebody else has changed.')
  if (!draft.unsaved && !gone) return shut('Nothing is changed yet.')
  if (draft.lack) return shut(draft.lack)
  if (stale) return shut('What this means is being looked up.')
  return answer.data?.may.save ?? shut('What this means could not be looked up.')
}

const Fields = ({
  customerId,
  draft,
  base,
  nameFault,
}: {
  customerId: string | null
  draft: GroupDraft
  base: GroupView | null
  nameFault: string | undefined
}) => {
  const add = useRef<HTMLButtonElement>(null)
  const known = base?.grants.length ?? 0
  return (
    <>
      <Section>
        <TextInput
          label="Name"
          description="By which people find it"
          withAsterisk
          maxLength={80}
          maw="26rem"
          value={draft.name}
          error={nameFault}
          onChange={(event) => draft.setName(event.currentTarget.value)}
        />
      </Section>
      {draft.cards.map((card, at) => (
        <GrantCard
          key={card.key}
          customerId={customerId}
          card={card}
          number={at + 1}
          opened={known <= 1 || card.key >= known}
          onChange={draft.put}
          onRemove={() => {
            draft.remove(card.key)
            // The button that was pressed is gone; whoever works by keyboard goes on here.
            add.current?.focus()
          }}
        />
      ))}
      {draft.cards.length === 0 && <Text c="dimmed">Without a card the group allows nothing.</Text>}
      <div>
        <Button
          ref={add}
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden />}
          disabled={draft.cards.length >= 50}
          onClick={draft.add}
        >
          Add a card
        </Button>
      </div>
    </>
  )
}

/** A group that one may look at, and why no more. */
const InWords = ({ group }: { group: GroupView }) => (
  <>
    {!group.may.edit.ok && (
      <Alert color="slate" title="You can see this group, not change it">
        {group.may.edit.says}
      </Alert>
    )}
    {group.grants.map((grant, at) => (
      <Section key={grant.scopeSays + grant.activities.join()} title={`Card ${at + 1}`}>
        <GrantWords where={grant.scopeSays} allows={grant.activities} />
      </Section>
    ))}
    {group.grants.length === 0 && <Text c="dimmed">It has no card, and allows nothing.</Text>}
  </>
)

const Gone = () => (
  <Alert color="amber" role="alert" title="Somebody removed this group meanwhile">
    Nobody has anything by it any more. What you wrote is still here: saving it makes a new group, with nobody in it.
  </Alert>
)

const Moved = ({ present, onKeep, onDrop }: { present: GroupView; onKeep: () => void; onDrop: () => void }) => (
  <Alert color="amber" role="alert" title="Somebody changed this group meanwhile">
    <Stack gap="sm" align="flex-start">
      <Text>
        Now it is called <bdi>{present.name}</bdi> and allows this. What you wrote is still here, and is compared to it.
      </Text>
      {present.grants.map((grant) => (
        <GrantWords key={grant.scopeSays + grant.activities.join()} where={grant.scopeSays} allows={grant.activities} />
      ))}
      {present.grants.length === 0 && <Text>Nothing.</Text>}
      <div className={classes.foot}>
        <Button variant="default" onClick={onKeep}>
          I have seen it, go on with mine
        </Button>
        <Button variant="default" onClick={onDrop}>
          Load it as it stands now
        </Button>
      </div>
    </Stack>
  </Alert>
)
