import type { ActionView } from '@gatehouse/shared/views/actions'
import { Button, Modal, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Answered } from '../../kernel/answered.tsx'
import { key } from '../../kernel/keys.ts'
import classes from './actions.module.css'
import { oneAction } from './queries.ts'

interface LogResult {
  text: string
  truncated: boolean
}

const isLog = (result: unknown): result is LogResult => typeof (result as LogResult | null)?.text === 'string'

/** What the device answered: in a line where it is short, behind a button where it is a file. */
export const ActionResult = ({ action }: { action: ActionView }) => {
  const [open, setOpen] = useState(false)
  if (action.action === 'set_setting') {
    const { before, after } = action.result as { before: unknown; after: unknown }
    return (
      <Text component="span" size="xs">
        was {String(before ?? 'not set')}, is {String(after)}
      </Text>
    )
  }
  if (action.action !== 'fetch_log') return null
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
        Show the file
      </Button>
      {open && <LogFile action={action} onClose={() => setOpen(false)} />}
    </>
  )
}

const LogFile = ({ action, onClose }: { action: ActionView; onClose: () => void }) => {
  const whole = useQuery({
    queryKey: key('actions', action.deviceId, 'one', action.id),
    queryFn: () => oneAction(action.id),
  })
  return (
    <Modal opened onClose={onClose} size="80%" title={`Log file ${String(action.input.name)}`}>
      <Answered query={whole}>
        {({ result }) =>
          isLog(result) ? (
            <>
              {result.truncated && <Text c="dimmed">Only the end of the file is shown.</Text>}
              {/* What a device sent is text and nothing else. */}
              <pre className={classes.log}>{result.text || 'The file is empty.'}</pre>
            </>
          ) : (
            <Text>The device sent no text.</Text>
          )
        }
      </Answered>
    </Modal>
  )
}
