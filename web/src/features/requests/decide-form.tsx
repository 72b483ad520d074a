import type { Activity } from '@gatehouse/shared/activities'
import { activities } from '@gatehouse/shared/activities'
import type { RequestView } from '@gatehouse/shared/views/views'
import { Alert, Button, Checkbox, Group, NumberInput, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { IconCheck, IconClockMinus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useServerNow } from '../../kernel/now.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import classes from './approvals.module.css'
import { type Answer, useDecide } from './queries.ts'
import { duration, ifApproved, usualUseBefore } from './words.ts'

/** Which of the three answers is being written. */
type Mode = 'whole' | 'less' | 'deny'

/** The three answers an approver has. What he answers holds for what he has read: `request` as it was when shown. */
export const DecideForm = ({ request, onLost }: { request: RequestView; onLost: (thrown: ApiError) => void }) => {
  const [mode, setMode] = useState<Mode>('whole')
  const [read, setRead] = useState(request.hash)
  const decide = useDecide(request.id, (thrown) => {
    if (thrown instanceof ApiError && thrown.code === 'already_decided') onLost(thrown)
  })
  const answer = (given: Omit<Answer, 'hash'>) => decide.mutate({ ...given, hash: read })
  const parts = { request, answer, busy: decide.isPending, onBack: () => setMode('whole') }
  if (read !== request.hash)
    return (
      <Alert color="yellow" role="alert" title="This has changed since you opened it">
        <Stack align="flex-start">
          Read it once more before you answer.
          <Button
            onClick={() => {
              decide.reset()
              setRead(request.hash)
            }}
          >
            I have read it
          </Button>
        </Stack>
      </Alert>
    )
  return (
    <Stack gap="lg">
      {decide.error && (
        <Alert color="red" role="alert" title="Your answer was not taken">
          {wordsFor(decide.error)}
        </Alert>
      )}
      {mode === 'whole' && <Whole {...parts} onMode={setMode} />}
      {mode === 'less' && <Less {...parts} />}
      {mode === 'deny' && <Deny {...parts} />}
    </Stack>
  )
}

interface Part {
  request: RequestView
  busy: boolean
  answer(given: Omit<Answer, 'hash'>): void
  onBack(): void
}

const Means = ({ request, giving }: { request: RequestView; giving: { activities: Activity[]; minutes: number } }) => {
  const now = useServerNow(60_000)
  return (
    <div className={classes.means}>
      <Text fw={600}>If you approve</Text>
      <Text>
        {ifApproved(request, { ...giving, useBefore: usualUseBefore(request, now) })} You can watch, and stop it at any
        time.
      </Text>
    </div>
  )
}

const Whole = ({ request, busy, answer, onMode }: Part & { onMode: (mode: Mode) => void }) => (
  <>
    <Means request={request} giving={request} />
    <div className={classes.answers}>
      <Button
        size="lg"
        color="moss"
        leftSection={<IconCheck aria-hidden />}
        loading={busy}
        onClick={() => answer({ answer: 'approve', comment: '' })}
      >
        Approve
      </Button>
      <Button
        size="lg"
        variant="default"
        leftSection={<IconClockMinus aria-hidden />}
        disabled={busy}
        onClick={() => onMode('less')}
      >
        {request.activities.length > 1 ? 'Approve less' : 'Approve shorter'}
      </Button>
      <Button
        size="lg"
        variant="default"
        leftSection={<IconX aria-hidden />}
        disabled={busy}
        onClick={() => onMode('deny')}
      >
        Deny
      </Button>
    </div>
  </>
)

const presets = [15, 30, 60, 120]

const Less = ({ request, busy, answer, onBack }: Part) => {
  const shorter = presets.filter((minutes) => minutes < request.minutes)
  const [preset, setPreset] = useState(String(shorter.at(-1) ?? 'other'))
  const [other, setOther] = useState<number | string>(Math.max(1, Math.floor(request.minutes / 2)))
  const [chosen, setChosen] = useState<Activity[]>(request.activities)
  const [comment, setComment] = useState('')
  const minutes = Number(preset === 'other' ? other : preset)
  const fits = Number.isInteger(minutes) && minutes >= 1 && minutes <= request.minutes
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (fits && chosen.length > 0)
          answer({ answer: 'approve', minutes, activities: chosen, comment: comment.trim() })
      }}
    >
      <Stack gap="lg">
        <Stack gap="xs" align="flex-start">
          <Text fw={600}>For how long?</Text>
          <SegmentedControl
            aria-label="For how long?"
            value={preset}
            onChange={setPreset}
            data={[
              ...shorter.map((of) => ({ value: String(of), label: duration(of) })),
              { value: 'other', label: 'Other' },
            ]}
            orientation="horizontal"
          />
          {preset === 'other' && (
            <NumberInput
              label="Minutes"
              description={`${request.minutes} were asked for`}
              min={1}
              max={request.minutes}
              allowDecimal={false}
              clampBehavior="none"
              value={other}
              onChange={setOther}
              error={fits ? undefined : `Choose between 1 and ${request.minutes} minutes`}
            />
          )}
        </Stack>
        {request.activities.length > 1 && (
          <Checkbox.Group
            label="What?"
            value={chosen}
            onChange={(names) => setChosen(request.activities.filter((name) => names.includes(name)))}
            error={chosen.length === 0 ? 'Choose at least one' : undefined}
          >
            <Stack gap="sm" mt="xs">
              {request.activities.map((name) => (
                <Checkbox key={name} value={name} label={activities[name].says} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        <Textarea
          label={`A word to ${request.technician.name}`}
          description="May be left empty"
          autosize
          minRows={2}
          maxLength={500}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {fits && chosen.length > 0 && <Means request={request} giving={{ activities: chosen, minutes }} />}
        <div className={classes.answers}>
          <Button
            type="submit"
            size="lg"
            color="moss"
            leftSection={<IconCheck aria-hidden />}
            loading={busy}
            disabled={!fits || chosen.length === 0}
          >
            {fits ? `Approve for ${duration(minutes)}` : 'Approve'}
          </Button>
          <Button size="lg" variant="subtle" onClick={onBack}>
            Back
          </Button>
        </div>
      </Stack>
    </form>
  )
}

const Deny = ({ request, busy, answer, onBack }: Part) => {
  const [comment, setComment] = useState('')
  const [tried, setTried] = useState(false)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (comment.trim()) answer({ answer: 'deny', comment: comment.trim() })
      }}
    >
      <Stack gap="lg">
        <Textarea
          label="Why not?"
          description={`${request.technician.name} reads it, and it stands in the audit log.`}
          placeholder="Production runs until six; please ask again for tomorrow morning."
          withAsterisk
          autosize
          minRows={3}
          maxLength={500}
          data-autofocus
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          error={tried && !comment.trim() ? 'Say in a few words why not' : undefined}
        />
        <Group className={classes.answers}>
          <Button type="submit" size="lg" color="red" leftSection={<IconX aria-hidden />} loading={busy}>
            Deny
          </Button>
          <Button size="lg" variant="subtle" onClick={onBack}>
            Back
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
