import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { ChoosePassword } from './choose-password.tsx'
import { resetPassword } from './queries.ts'

/** Where the link to another password leads. */
export default function ResetPage() {
  return (
    <ChoosePassword
      title="Choose another password"
      lead="Everybody who is signed in with the old one is signed out. Then sign in with the new one."
      choose={resetPassword}
      ifUnusable={
        <Text>
          <Anchor component={Link} to={paths.forgotten()}>
            Ask for another link
          </Anchor>
        </Text>
      }
    />
  )
}
