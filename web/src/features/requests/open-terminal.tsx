import type { RequestView } from '@gatehouse/shared/views/requests'
import { Button } from '@mantine/core'
import { IconTerminal2 } from '@tabler/icons-react'
import { Link, useNavigate } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { ShutButton } from '../../ui/shut-button.tsx'
import { useOpenSession } from '../sessions/queries.ts'

const icon = <IconTerminal2 size={16} aria-hidden />

/** The way into the terminal: opens the session of an approved request, or leads to the one that runs. */
export const OpenTerminal = ({ request, onError }: { request: RequestView; onError: (thrown: Error) => void }) => {
  const navigate = useNavigate()
  const open = useOpenSession(request.id)
  const { session } = request
  if (session && session.state !== 'ended')
    return (
      <Button component={Link} to={paths.session(session.id)} leftSection={icon}>
        Go to the terminal
      </Button>
    )
  return (
    <ShutButton
      may={request.may.open}
      leftSection={icon}
      loading={open.isPending}
      onClick={() => open.mutate(undefined, { onSuccess: ({ id }) => navigate(paths.session(id)), onError })}
    >
      Open the terminal
    </ShutButton>
  )
}
