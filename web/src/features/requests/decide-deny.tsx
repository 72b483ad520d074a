import { Button, Stack, Textarea } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './approvals.module.css'
import type { Part } from './decide-parts.tsx'

/** Denies, with the reason. */
export const Deny = ({ request, busy, answer, onBack }: Part) => {
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
        <div className={classes.answers}>
          <Button type="submit" size="lg" color="red" leftSection={<IconX aria-hidden />} loading={busy}>
            Deny
          </Button>
          <Button size="lg" variant="subtle" onClick={onBack}>
            Back
          </Button>
        </div>
      </Stack>
    </form>
  )
}
