import '@fontsource-variable/jetbrains-mono/index.css'
import '@mantine/notifications/styles.css'
import type { MeView } from '@gatehouse/shared/views/sign-in'
import { Alert, Anchor, AppShell, Burger, Group, NavLink as MenuLink } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { Suspense, useEffect } from 'react'
import { Link, type LoaderFunctionArgs, Outlet, replace, useLoaderData, useLocation } from 'react-router'
import { FaultsBanner } from '../features/integrity/faults-banner.tsx'
import { LimitsBanner } from '../features/limits/limits-banner.tsx'
import { ZoneHint } from '../features/profile/zone-hint.tsx'
import { RequestNews } from '../features/requests/request-news.tsx'
import { ViewingBanner } from '../features/viewing/viewing-banner.tsx'
import { startIdleClock } from '../kernel/activity.ts'
import { sessionFetch } from '../kernel/api.ts'
import { counted } from '../kernel/format.ts'
import { loadAnew } from '../kernel/leave.ts'
import { keepFragment } from '../kernel/link-fragment.ts'
import { openLive, useLiveState } from '../kernel/live.ts'
import { lookAs } from '../kernel/looking-as.ts'
import { meQuery, useMe } from '../kernel/me.ts'
import { paths } from '../kernel/paths.ts'
import { makeQueryClient } from '../kernel/query-client.ts'
import { ApiError } from '../kernel/words.ts'
import { Mark } from '../ui/mark.tsx'
import { Loading } from '../ui/notices.tsx'
import classes from './house.module.css'
import { IdleWarning } from './idle-warning.tsx'
import { isUnder, menuFor } from './menu.ts'
import { Purpose } from './purpose.tsx'
import { UserMenu } from './user-menu.tsx'

const queryClient = makeQueryClient()

/** Asks who is there before anything is shown; nobody is led to the sign-in page, and back afterwards. */
export const enter = async ({ request }: LoaderFunctionArgs): Promise<{ me: MeView; askedAt: number } | Response> => {
  const askedAt = performance.now()
  const { pathname, search } = new URL(request.url)
  keepFragment(pathname + search, location.pathname === pathname ? location.hash : '')
  const to = pathname === '/' ? undefined : pathname + search
  try {
    const me: MeView = await (await sessionFetch('/api/me', { signal: request.signal })).json()
    if (me.passwordDue) return replace(paths.changePassword({ to }))
    lookAs(me.viewing ? me.id : undefined)
    queryClient.setQueryData(meQuery.queryKey, me)
    return { me, askedAt }
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown
    if (thrown.code === 'not_signed_in') return replace(paths.signIn({ to }))
    if (thrown.code === 'network_refused') return replace(paths.signIn({ why: 'network', to }))
    if (thrown.code === 'factor_owed') return replace(paths.secondFactor({ to }))
    if (thrown.code === 'factor_to_set_up') return replace(paths.setUpFactor({ to }))
    throw thrown
  }
}

/** Everything inside: menu, page, and what watches over the sign-in. */
export const House = () => {
  const { me, askedAt } = useLoaderData() as { me: MeView; askedAt: number }
  useEffect(() => {
    const leaving = new AbortController()
    startIdleClock(me, askedAt, leaving.signal)
    openLive(queryClient, leaving.signal)
    return () => leaving.abort()
  }, [me, askedAt])
  return (
    <QueryClientProvider client={queryClient}>
      <Notifications position="top-right" />
      <IdleWarning />
      <RequestNews />
      <Purpose />
      <Frame loadedAs={me.id} />
    </QueryClientProvider>
  )
}

const Frame = ({ loadedAs }: { loadedAs: string }) => {
  const me = useMe()
  useEffect(() => {
    // Somebody has begun or stopped to look as another, here or in another tab: nothing of what was shown may stay.
    if (me.id !== loadedAs) loadAnew(paths.home())
  }, [me.id, loadedAs])
  const { pathname } = useLocation()
  const [opened, menu] = useDisclosure()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page shuts the menu of a phone.
  useEffect(menu.close, [pathname])
  return (
    <AppShell
      layout="alt"
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      classNames={{ navbar: classes.nav, header: classes.header, main: classes.main }}
    >
      <a href="#content" className={classes.skip}>
        To the content
      </a>
      <AppShell.Header withBorder={false} hiddenFrom="sm">
        <Group h="100%" px="md" justify="space-between">
          <Brand />
          <Burger opened={opened} onClick={menu.toggle} color="#c9dadd" size="sm" aria-label="Menu" />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar withBorder={false} aria-label="Main">
        <div className={classes.navHead}>
          <Brand />
          <Burger
            opened={opened}
            onClick={menu.toggle}
            color="#c9dadd"
            size="sm"
            aria-label="Close the menu"
            hiddenFrom="sm"
          />
        </div>
        <div className={classes.entries}>
          {menuFor(me).map(({ says, to, icon: Icon, badge: Badge }) => (
            <MenuLink
              key={to}
              component={Link}
              to={to}
              label={says}
              leftSection={<Icon size={17} aria-hidden />}
              rightSection={Badge && <Badge />}
              active={isUnder(pathname, to)}
              className={classes.entry}
            />
          ))}
        </div>
        <LiveLine />
        <UserMenu me={me} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ViewingBanner me={me} />
        <LimitsBanner />
        <FaultsBanner />
        {!me.viewing && (
          <>
            <PasswordReminder me={me} />
            <ZoneHint />
          </>
        )}
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  )
}

const Brand = () => (
  <Link to={paths.home()} className={classes.brand}>
    <Mark size={22} />
    Gatehouse
  </Link>
)

const LiveLine = () =>
  useLiveState() === 'cut' ? (
    <p className={classes.cut} role="status">
      No connection to the server. What you see may be old; it is tried again.
    </p>
  ) : null

const remindFor = 14 * 86_400_000

const PasswordReminder = ({ me }: { me: MeView }) => {
  const left = me.passwordDueAt - me.now
  if (left > remindFor) return null
  return (
    <Alert color="amber" radius={0} py="xs">
      Your password has to be changed within {counted(Math.max(1, Math.ceil(left / 86_400_000)), 'day')}.{' '}
      <Anchor component={Link} to={paths.changePassword()}>
        Change it now
      </Anchor>
    </Alert>
  )
}
