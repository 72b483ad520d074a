import { policyAnswers } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { Alert, Button, Text } from '@mantine/core'
import { IconFlask, IconHistory, IconPencil, IconShieldLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, Navigate, useParams } from 'react-router'
import { Answered } from '../../kernel/answered.tsx'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { UnsavedGuard } from '../../kernel/unsaved-guard.tsx'
import { Roomy } from '../../ui/density.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { AnswerBadge } from './answer-badge.tsx'
import { DeviceAnswer } from './device-answer.tsx'
import { usePolicyDraft } from './draft.ts'
import { levelsWith, type Place, samePlace } from './levels.ts'
import { anyone } from './pick-person.tsx'
import { wholeCustomer } from './place-picker.tsx'
import classes from './policy.module.css'
import { PolicyCrumbs } from './policy-crumbs.tsx'
import { PolicyTable } from './policy-table.tsx'
import { policyQuery } from './queries.ts'
import { RulesEditor } from './rules-editor.tsx'
import { SaveDialog } from './save-dialog.tsx'
import { answerMeans, confirmedSays } from './words.ts'

/** What a customer allows: their own, or the one in the address. */
export default function PolicyPage() {
  const me = useMe()
  const { customerId = me.customer?.id } = useParams()
  if (customerId === undefined) return <Navigate to={paths.customers()} replace />
  return (
    <Roomy>
      <OnePolicy key={customerId} customerId={customerId} />
    </Roomy>
  )
}

const OnePolicy = ({ customerId }: { customerId: string }) => {
  const policy = useQuery(policyQuery(customerId))
  return <Answered query={policy}>{(found) => <Policy policy={found} />}</Answered>
}

/** The columns of the table: all devices first, then what has rules of its own, and what is being edited. */
const placesOf = (policy: PolicyView, editing: Place | null | undefined): Place[] => {
  const whole = wholeCustomer(policy)
  const places: Place[] = [whole, ...policy.levels.filter((one) => !samePlace(one, whole))]
  return editing && !places.some((one) => samePlace(one, editing)) ? [...places, editing] : places
}

const Policy = ({ policy }: { policy: PolicyView }) => {
  const me = useMe()
  const [draft, open] = usePolicyDraft(policy)
  const [saving, setSaving] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const editing = draft !== undefined
  const wasEditing = useRef(false)
  useEffect(() => {
    // The editor has taken the focus with it.
    if (wasEditing.current && !editing) opener.current?.focus()
    wasEditing.current = editing
  }, [editing])
  const place = draft?.place
  const levels = place ? levelsWith(policy.levels, place, draft.rules) : policy.levels
  const name = policy.customer.name
  return (
    <Page
      title="Policy"
      about={name}
      breadcrumbs={me.customer ? undefined : <PolicyCrumbs customer={policy.customer} policy={false} />}
      lead={`What technicians may do on the devices of ${name}, and when somebody there has to be asked first.`}
      actions={
        <>
          <Button
            variant="default"
            component={Link}
            to={paths.policyHistory(policy.customer.id)}
            leftSection={<IconHistory size={16} aria-hidden />}
          >
            History
          </Button>
          {holds(me, 'device.view') && (
            <Button
              variant="default"
              component={Link}
              to={paths.simulator(policy.customer.id, me.customer ? { person: anyone } : {})}
              leftSection={<IconFlask size={16} aria-hidden />}
            >
              Try it
            </Button>
          )}
          {policy.may.edit.ok && !draft && (
            <Button
              ref={opener}
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => open(wholeCustomer(policy))}
            >
              Change the rules
            </Button>
          )}
        </>
      }
    >
      {policy.levels.length === 0 && (
        <Alert color="slate" icon={<IconShieldLock aria-hidden />} title="Nothing is allowed yet">
          Every customer begins like this. The devices send their values and alarms; nobody can type, fetch or change
          anything on them until the rules say so.
        </Alert>
      )}
      <Section flush>
        <PolicyTable
          levels={levels}
          places={placesOf(policy, place)}
          isChanged={(at, activity) => place != null && samePlace(at, place) && draft?.edits[activity] !== undefined}
        />
      </Section>
      <Text c="dimmed" role="status">
        {confirmedSays(policy.confirmed, policy.version)}
        {!policy.may.edit.ok && ' You may read this policy, not change it.'}
      </Text>
      {draft && <RulesEditor policy={policy} draft={draft} levels={levels} onSave={() => setSaving(true)} />}
      {holds(me, 'device.view') && <DeviceAnswer policy={policy} levels={levels} unsaved={draft?.unsaved === true} />}
      <Meanings own={me.customer !== null} />
      {draft && place && saving && (
        <SaveDialog policy={policy} draft={draft} place={place} onClose={() => setSaving(false)} />
      )}
      <UnsavedGuard unsaved={draft?.unsaved === true} />
    </Page>
  )
}

const Meanings = ({ own }: { own: boolean }) => (
  <Section title="What the words mean">
    <dl className={classes.meanings}>
      {policyAnswers.map((answer) => (
        <div key={answer}>
          <dt>
            <AnswerBadge answer={answer} />
          </dt>
          <dd>{answerMeans(answer, own)}</dd>
        </div>
      ))}
      <div>
        <dt>As above</dt>
        <dd>
          A device follows its own rule, else that of its model, else that of its site, else that for all devices. Where
          none of them says anything, the answer is Never; devices may then be looked at without a stated purpose.
        </dd>
      </div>
      <div>
        <dt>Locked</dt>
        <dd>Nothing nearer to the device can say otherwise.</dd>
      </div>
    </dl>
  </Section>
)
