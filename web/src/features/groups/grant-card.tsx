import { type Activity, activities } from '@gatehouse/shared/activities'
import { Button, Checkbox, Stack, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { counted } from '../../kernel/format.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { Section } from '../../ui/page.tsx'
import { type Card, lackOf } from './draft.ts'
import { GrantWords } from './grant-words.tsx'
import classes from './groups.module.css'
import { activityKinds, hintsOf, whyNothing } from './kinds.ts'
import { ScopeChoice } from './scope-choice.tsx'
import { cardSays } from './words.ts'

/** One grant: activities, and the devices they are allowed on. */
export const GrantCard = ({
  customerId,
  card,
  number,
  opened,
  onChange,
  onRemove,
}: {
  customerId: string | null
  card: Card
  number: number
  /** Whether it begins with its fields, or in words. */
  opened: boolean
  onChange: (card: Card) => void
  onRemove: () => void
}) => {
  const [open, setOpen] = useState(opened)
  const ofCustomer = customerId !== null
  const lack = lackOf(card)
  return (
    <Section
      title={`Card ${number}`}
      actions={
        <>
          {!open && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Change card ${number}`}
              onClick={() => setOpen(true)}
            >
              Change
            </Button>
          )}
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            aria-label={`Take card ${number} away`}
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={onRemove}
          >
            Take away
          </Button>
        </>
      }
    >
      {open ? (
        <Stack gap="lg">
          <Part title="On which devices">
            <ScopeChoice customerId={customerId} card={card} onChange={onChange} />
          </Part>
          <Part title="What it allows there" beside={counted(card.activities.length, 'activity', 'activities')}>
            <ActivityChoice
              ofCustomer={ofCustomer}
              card={card}
              onChange={(chosen) => onChange({ ...card, activities: chosen })}
            />
          </Part>
          {lack && (
            <Text c="dimmed" role="status">
              {lack} Until then this card is not counted.
            </Text>
          )}
        </Stack>
      ) : (
        <GrantWords where={cardSays(card, ofCustomer)} allows={card.activities} />
      )}
    </Section>
  )
}

const Part = ({ title, beside, children }: { title: string; beside?: string; children: ReactNode }) => (
  <fieldset className={classes.part}>
    <legend>
      {title} {beside && <span>{beside}</span>}
    </legend>
    {children}
  </fieldset>
)

const ActivityChoice = ({
  ofCustomer,
  card,
  onChange,
}: {
  ofCustomer: boolean
  card: Card
  onChange: (chosen: Activity[]) => void
}) => {
  const me = useMe()
  return (
    <div className={classes.kinds}>
      {activityKinds(ofCustomer).map((kind) => (
        <fieldset key={kind.says} className={classes.kind}>
          <legend>{kind.says}</legend>
          {kind.activities.map((name) => {
            const chosen = card.activities.includes(name)
            const nothing = whyNothing(name, card.kind, ofCustomer)
            const hints = [
              ...(nothing ? [nothing] : hintsOf(name)),
              // Whether it may be given the server says; this is only where to look.
              ...(me.customer && !holds(me, name) ? ['You do not have this yourself'] : []),
            ]
            return (
              <Checkbox
                key={name}
                label={activities[name].says}
                description={hints.join('. ') || undefined}
                checked={chosen}
                disabled={nothing !== undefined && !chosen}
                onChange={() =>
                  onChange(chosen ? card.activities.filter((one) => one !== name) : [...card.activities, name])
                }
              />
            )
          })}
        </fieldset>
      ))}
    </div>
  )
}
