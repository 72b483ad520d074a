import { signInMethods } from '@gatehouse/shared/sign-in/methods'
import type { LastSignIn } from '@gatehouse/shared/views/sign-in'
import { Button, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { useZone } from '../../kernel/zone.ts'
import { Facts } from '../../ui/facts.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { TimeText } from '../../ui/time-text.tsx'
import { FactorsSection } from '../factors/factors-section.tsx'
import { SettingsSections } from './settings-sections.tsx'
import { SignInList } from './sign-in-list.tsx'

const Seen = ({ one, zone, none }: { one: LastSignIn | null; zone: string; none: string }) =>
  one === null ? (
    none
  ) : (
    <>
      <TimeText at={one.at} zone={zone} withZone /> from {one.from}
      {one.method && `, by ${signInMethods[one.method]}`}
    </>
  )

/** One's own account: who one is here, when one was here before, where one is signed in, and the password. */
export default function ProfilePage() {
  const me = useMe()
  const zone = useZone()
  return (
    <Page title="Your profile" lead={`Times in ${zone}`} width="reading">
      <Section
        title="Who you are here"
        actions={
          <Button component={Link} variant="default" to={paths.address()}>
            Change your address
          </Button>
        }
      >
        <Facts
          facts={[
            ['Name', me.name],
            ['E-mail', me.email],
            ['Company', me.company],
          ]}
        />
      </Section>
      <Section title="Before this time">
        <Facts
          facts={[
            ['Last sign-in', <Seen key="in" one={me.lastSignIn} zone={zone} none="This is the first" />],
            ['Last failed try', <Seen key="out" one={me.lastFailure} zone={zone} none="None" />],
          ]}
        />
        <Text c="dimmed" size="sm" mt="sm">
          If one of these was not you, change your password and tell your administrator.
        </Text>
      </Section>
      <FactorsSection zone={zone} />
      <SignInList zone={zone} />
      <Section
        title="Password"
        actions={
          <Button component={Link} variant="default" to={paths.changePassword({ to: paths.profile() })}>
            Change your password
          </Button>
        }
      >
        <Facts facts={[['To be changed by', <TimeText key="due" at={me.passwordDueAt} zone={zone} withZone />]]} />
      </Section>
      <SettingsSections />
    </Page>
  )
}
