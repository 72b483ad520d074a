import type { IntakeView } from '@gatehouse/shared/views/intake'
import { Anchor } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Mark } from '../../ui/mark.tsx'
import { ErrorState, Loading } from '../../ui/notices.tsx'
import classes from './public-page.module.css'
import { readIntake } from './queries.ts'

/** A page that is open to everybody: the mark, a way in, and text to be read. */
export const PublicPage = ({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children: (intake: IntakeView) => ReactNode
}) => {
  const [intake, setIntake] = useState<IntakeView>()
  const [error, setError] = useState<unknown>()
  const [tries, setTries] = useState(0)
  useEffect(() => {
    document.title = `${title} · Gatehouse`
  }, [title])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks again.
  useEffect(() => {
    const leaving = new AbortController()
    setError(undefined)
    readIntake(leaving.signal).then(setIntake, (thrown: unknown) => {
      if (!leaving.signal.aborted) setError(thrown)
    })
    return () => leaving.abort()
  }, [tries])
  return (
    <div className={classes.page}>
      <header className={classes.bar}>
        <div className={classes.barInner}>
          <Link to={paths.home()} className={classes.brand}>
            <Mark size={22} />
            Gatehouse
          </Link>
          <Link to={intake?.signedInAs ? paths.home() : paths.signIn()} className={classes.way}>
            {intake?.signedInAs ? 'Back to your work' : 'Sign in'}
          </Link>
        </div>
      </header>
      <main className={classes.main}>
        <h1 className={classes.title}>{title}</h1>
        {lead && <p className={classes.lead}>{lead}</p>}
        {intake ? (
          children(intake)
        ) : error ? (
          <ErrorState says={wordsFor(error)} onRetry={() => setTries(tries + 1)} />
        ) : (
          <Loading />
        )}
      </main>
      <footer className={classes.foot}>
        <Anchor component={Link} to={paths.security()} size="xs">
          Security
        </Anchor>
        <Anchor component={Link} to={paths.reportProblem()} size="xs">
          Report a problem
        </Anchor>
        <Anchor component={Link} to={paths.lookUpReport()} size="xs">
          Look up a report
        </Anchor>
      </footer>
    </div>
  )
}
