import type { ExportSince } from '@gatehouse/shared/views/exports'
import { FileButton, Group, Select, Stack, Text, Textarea, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { counted, dateTime, zoneName } from '../../kernel/format.ts'
import classes from './exports.module.css'
import { checkpointsOf } from './queries.ts'

const kept = 'kept'

const sinceOf = (choice: string, note: string): ExportSince | undefined => {
  if (choice === 'first' || choice === 'none') return choice
  if (choice === kept) return note.trim() === '' ? undefined : { note: `${note.trim()}\n` }
  return { size: Number(choice) }
}

/** From which checkpoint on the bundle proves that the log has only grown. */
export const SinceField = ({
  log,
  zone,
  onChange,
}: {
  log: string
  zone: string
  /** `undefined` as long as the choice is not complete. */
  onChange: (since: ExportSince | undefined) => void
}) => {
  const stored = useQuery(checkpointsOf(log))
  const [choice, setChoice] = useState('first')
  const [note, setNote] = useState('')
  const become = (nextChoice: string, nextNote: string) => {
    setChoice(nextChoice)
    setNote(nextNote)
    onChange(sinceOf(nextChoice, nextNote))
  }
  const days = stored.data?.rows.slice(0, -1) ?? []
  const first = stored.data?.rows.at(-1)
  const named = (at: number, size: number) =>
    `${dateTime(at, zone)} ${zoneName(at, zone)}, ${counted(size, 'entry', 'entries')}`
  return (
    <Stack gap="xs">
      <Select
        label="Prove that nothing was altered since"
        description="A checkpoint is what was signed of the log at one moment: how many entries it had, and their fingerprint"
        allowDeselect={false}
        data={[
          {
            value: 'first',
            label: first ? `The first: ${named(first.at, first.size)}` : 'The first checkpoint',
          },
          ...days.map(({ at, size }) => ({ value: String(size), label: named(at, size) })),
          { value: kept, label: 'A checkpoint that you kept…' },
          { value: 'none', label: 'No earlier checkpoint' },
        ]}
        value={choice}
        onChange={(value) => become(value ?? 'first', note)}
      />
      {choice === kept && (
        <Textarea
          label="Your checkpoint"
          description={
            <Group gap={4} component="span">
              <span>The text of a checkpoint.txt of an earlier bundle;</span>
              <FileButton onChange={(file) => void file?.text().then((text) => become(kept, text))} accept=".txt">
                {(props) => (
                  <UnstyledButton {...props} className={classes.link}>
                    choose the file
                  </UnstyledButton>
                )}
              </FileButton>
            </Group>
          }
          autosize
          minRows={4}
          maxRows={8}
          maxLength={20_000}
          classNames={{ input: classes.note }}
          value={note}
          onChange={(event) => become(kept, event.currentTarget.value)}
        />
      )}
      {choice === 'none' && (
        <Text size="sm" c="dimmed">
          The bundle still proves what is in it; that older entries were not changed, another bundle shows.
        </Text>
      )}
    </Stack>
  )
}
