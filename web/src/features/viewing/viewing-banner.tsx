import type { MeView } from '@gatehouse/shared/views/sign-in'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconEye } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { countdown } from '../../kernel/format.ts'
import { useFreshAt } from '../../kernel/fresh-at.ts'
import { loadAnew } from '../../kernel/leave.ts'
import { meQuery } from '../../kernel/me.ts'
import { useServerNow } from '../../kernel/now.ts'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { stopViewing } from './queries.ts'
import classes from './viewing.module.css'

/** On every page, while somebody looks at Gatehouse as another person: as whom, why, how long still, and the way out. */
export const ViewingBanner = ({ me }: { me: MeView }) => {
  useFreshAt(meQuery.queryKey, me.viewing?.until)
  return me.viewing ? <Banner me={me} viewing={me.viewing} /> : null
}

const Banner = ({ me, viewing }: { me: MeView; viewing: NonNullable<MeView['viewing']> }) => {
  const left = viewing.until - useServerNow()
  const stop = useMutation({
    mutationFn: stopViewing,
    onSuccess: () => loadAnew(paths.people(me.customer?.id)),
    onError: (thrown) =>
      notifications.show({ color: 'red', title: 'You still look as somebody else', message: wordsFor(thrown) }),
  })
  return (
    <>
      <aside className={classes.banner} aria-label="You look as somebody else">
        <IconEye size={26} aria-hidden className={classes.icon} />
        <div className={classes.words}>
          <p className={classes.whom}>
            {viewing.by.name}, you see Gatehouse as <strong>{me.name}</strong> of {me.company} sees it. Nothing can be
            changed.
          </p>
          <p>
            <bdi>{viewing.reason}</bdi>
            {viewing.caseNumber && (
              <>
                {' '}
                (case <bdi>{viewing.caseNumber}</bdi>)
              </>
            )}
            {' · '}
            <span role="timer" aria-live="off">
              {countdown(left)} left
            </span>
          </p>
        </div>
        <Button variant="white" color="dark" loading={stop.isPending} onClick={() => stop.mutate()}>
          Stop
        </Button>
      </aside>
      <div className={classes.frame} aria-hidden />
    </>
  )
}
