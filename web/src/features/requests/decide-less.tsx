import { type Activity, activities } from '@gatehouse/shared/activities'
import { Button, Checkbox, NumberInput, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './approvals.module.css'
import { Means, type Part } from './decide-parts.tsx'
import { duration } from './words.ts'

const presets = [15, 30, 60, 120]

/** Approves less than was asked: shorter, or fewer activities. */
export const Less = ({ request, busy, answer, onBack }: Part) => {
  const { offer } = request
  const shorter = presets.filter((minutes) => minutes < offer.minutes)
  const [preset, setPreset] = useState(String(shorter.at(-1) ?? 'other'))
  const [other, setOther] = useState<number | string>(Math.max(1, Math.floor(offer.minutes / 2)))
  const [chosen, setChosen] = useState<Activity[]>(offer.activities)
  const [comment, setComment] = useState('')
  const minutes = Number(preset === 'other' ? other : preset)
  const fits = Number.isInteger(minutes) && minutes >= 1 && minutes <= offer.minutes
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
              ...shorter.map((of) => ({ value: String(of), label: of < 60 ? `${of} min` : `${of / 60} h` })),
              { value: 'other', label: 'Other' },
            ]}
          />
          {preset === 'other' && (
            <NumberInput
              label="Minutes"
              description={
                offer.minutes < request.minutes
                  ? `${offer.minutes} are left to be given`
                  : `${request.minutes} were asked for`
              }
              min={1}
              max={offer.minutes}
              allowDecimal={false}
              clampBehavior="none"
              value={other}
              onChange={setOther}
              error={fits ? undefined : `Choose between 1 and ${offer.minutes} minutes`}
            />
          )}
        </Stack>
        {offer.activities.length > 1 && (
          <Checkbox.Group
            label="What?"
            value={chosen}
            onChange={(names) => setChosen(offer.activities.filter((name) => names.includes(name)))}
            error={chosen.length === 0 ? 'Choose at least one' : undefined}
          >
            <Stack gap="sm" mt="xs">
              {offer.activities.map((name) => (
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
