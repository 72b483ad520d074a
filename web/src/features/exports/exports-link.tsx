import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { holds, useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'

/** Leads to one's own exports, for whoever may have any. */
export const ExportsLink = () => {
  const me = useMe()
  if (!holds(me, 'audit.export') || me.viewing) return null
  return (
    <Button variant="subtle" component={Link} to={paths.exports()}>
      My exports
    </Button>
  )
}
