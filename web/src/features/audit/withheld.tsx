import type { Named } from '@gatehouse/shared/views/basics'
import { Anchor, Text } from '@mantine/core'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import classes from './audit-list.module.css'
import { inert } from './inert.ts'

/** Whose events are not in the list; whoever opens one of these logs is asked what for. */
export const Withheld = ({ customers }: { customers: readonly Named[] }) =>
  customers.length > 0 && (
    <Text size="sm" className={classes.about}>
      Not in this list, because they want to know first what you look for:{' '}
      {customers.map(({ id, name }, i) => (
        <Fragment key={id}>
          {i > 0 && ', '}
          <Anchor component={Link} to={paths.audit({ customerId: id })} inherit>
            <bdi>{inert(name)}</bdi>
          </Anchor>
        </Fragment>
      ))}
    </Text>
  )
