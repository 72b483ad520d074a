import { Button, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconInbox, IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './notices.module.css'

const Notice = ({
  icon,
  title,
  children,
  action,
  role,
}: {
  icon: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
  role?: 'alert'
}) => (
  <div className={classes.notice} role={role}>
    <span className={classes.icon} aria-hidden>
      {icon}
    </span>
    <Text fw={600}>{title}</Text>
    {children && (
      <Text c="dimmed" component="div" className={classes.text}>
        {children}
      </Text>
    )}
    {action}
  </div>
)

/** Nothing to list, and what would put something there. */
export const Empty = ({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) => (
  <Notice icon={<IconInbox size={28} stroke={1.5} />} title={title} action={action}>
    {children}
  </Notice>
)

/** Something failed: the words, the occurrence's number for a call to support, and another try. */
export const ErrorState = ({
  says,
  correlationId,
  onRetry,
}: {
  says: string
  correlationId?: string
  onRetry?: () => void
}) => (
  <Notice
    role="alert"
    icon={<IconAlertTriangle size={28} stroke={1.5} />}
    title="That did not work"
    action={
      onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )
    }
  >
    {says}
    {correlationId && <div className={classes.number}>Occurrence {correlationId}</div>}
  </Notice>
)

/** Why can't I? A door that is shut, in the words of the server. */
export const Refused = ({ says, children }: { says: string; children?: ReactNode }) => (
  <Notice icon={<IconLock size={28} stroke={1.5} />} title={says}>
    {children}
  </Notice>
)

/** Grey bars in the place of a list or text that is on its way. */
export const Loading = ({ rows = 6 }: { rows?: number }) => (
  <Stack gap="xs" p="md" role="status" aria-label="Loading">
    {Array.from({ length: rows }, (_, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike.
      <Skeleton key={at} height={18} width={`${95 - ((at * 37) % 40)}%`} radius="sm" />
    ))}
  </Stack>
)
