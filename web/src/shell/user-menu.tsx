import type { MeView } from '@gatehouse/shared/views/sign-in'
import { Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDeviceDesktop, IconLogout, IconMoon, IconShieldLock, IconSun, IconUserCircle } from '@tabler/icons-react'
import { Link } from 'react-router'
import { tellTabsOfLeaving } from '../kernel/activity.ts'
import { sessionFetch } from '../kernel/api.ts'
import { dateTime, zoneName } from '../kernel/format.ts'
import { leave } from '../kernel/leave.ts'
import { paths } from '../kernel/paths.ts'
import { ApiError, wordsFor } from '../kernel/words.ts'
import { useZone } from '../kernel/zone.ts'
import classes from './house.module.css'

const signOut = async () => {
  try {
    await sessionFetch('/api/sign-out', { method: 'POST' })
  } catch (thrown) {
    // Nobody may believe that he is out while he is not.
    if (!(thrown instanceof ApiError && thrown.code === 'not_signed_in')) {
      notifications.show({ color: 'red', title: 'You are still signed in', message: wordsFor(thrown) })
      return
    }
  }
  tellTabsOfLeaving()
  leave('signed_out')
}

const seen = (one: MeView['lastSignIn'], zone: string, none: string) =>
  one === null ? none : `${dateTime(one.at, zone)} ${zoneName(one.at, zone)}, from ${one.from}`

const schemes = [
  { value: 'light', says: 'Light', icon: IconSun },
  { value: 'dark', says: 'Dark', icon: IconMoon },
  { value: 'auto', says: 'As the system', icon: IconDeviceDesktop },
] as const

/** Who is signed in, when he was here before, the colour scheme, and the way out. */
export const UserMenu = ({ me }: { me: MeView }) => {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const zone = useZone()
  return (
    <Menu position="top-start" width={280}>
      <Menu.Target>
        <UnstyledButton className={classes.user}>
          <IconUserCircle size={22} aria-hidden />
          <span>
            <span className={classes.userName}>{me.name}</span>
            <span className={classes.userCompany}>{me.company}</span>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="xs">{me.email}</Text>
          {me.viewing ? (
            <Text size="xs">You are {me.viewing.by.name}, and look as somebody else.</Text>
          ) : (
            <>
              <Text size="xs">Last sign-in: {seen(me.lastSignIn, zone, 'this is the first')}</Text>
              <Text size="xs">Last failed try: {seen(me.lastFailure, zone, 'none')}</Text>
            </>
          )}
        </Menu.Label>
        {!me.viewing && (
          <Menu.Item component={Link} to={paths.profile()} leftSection={<IconUserCircle size={15} aria-hidden />}>
            Your profile
          </Menu.Item>
        )}
        <Menu.Item component={Link} to={paths.security()} leftSection={<IconShieldLock size={15} aria-hidden />}>
          Security, and how to report a problem
        </Menu.Item>
        <Menu.Divider />
        {schemes.map(({ value, says, icon: Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Icon size={15} aria-hidden />}
            fw={colorScheme === value ? 650 : undefined}
            onClick={() => setColorScheme(value)}
          >
            {says}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} aria-hidden />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
