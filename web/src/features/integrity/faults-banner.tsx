import { Alert, Anchor, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { counted } from '../../kernel/format.ts'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { openFaultsQuery } from './queries.ts'

/** Logs that are named in the banner, at most. */
const mostNamed = 3

/** At the top of every page, until somebody of one's own side has written down what was found in a log. */
export const FaultsBanner = () => {
  const explains = holds(useMe(), 'audit.explain', 'staff.edit')
  const { data } = useQuery({ ...openFaultsQuery, enabled: explains })
  if (!explains || !data || data.logs.length === 0) return null
  const named = data.logs.slice(0, mostNamed)
  return (
    <Alert
      color="brick"
      radius={0}
      py="xs"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={
        data.logs.length === 1 ? 'An audit log is not as it was written' : 'Audit logs are not as they were written'
      }
    >
      <Text size="sm">
        {named.map(({ id, name, count }, at) => (
          <Fragment key={id}>
            {at > 0 && ' · '}
            <Anchor component={Link} to={paths.log(id)} fz="inherit" fw={600}>
              <bdi>{name}</bdi>: {counted(count, 'fault')}
            </Anchor>
          </Fragment>
        ))}
        {data.logs.length > mostNamed && (
          <>
            {' · '}
            <Anchor component={Link} to={paths.logs()} fz="inherit">
              {data.logs.length - mostNamed} more
            </Anchor>
          </>
        )}
        . Find out what happened and write it down there; what was found stays listed.
      </Text>
    </Alert>
  )
}
