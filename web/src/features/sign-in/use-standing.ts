import type { SignInStep, StandingView } from '@gatehouse/shared/views/sign-in'
import { useEffect, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { withFragment } from '../../kernel/link-fragment.ts'
import { paths, wayBack } from '../../kernel/paths.ts'
import { ApiError, wordsFor } from '../../kernel/words.ts'
import { standingNow } from './queries.ts'

/** Leads to what a sign-in wants next, and to where somebody wanted to go once nothing is wanting. */
export const useNextStep = () => {
  const [query] = useSearchParams()
  const navigate = useNavigate()
  const to = query.get('to') ?? undefined
  return (step: SignInStep | 'nobody') => {
    // Inside is another document: nothing of the sign-in stays in memory.
    if (step === 'in') location.replace(withFragment(wayBack(to ?? null)))
    else if (step === 'factor') void navigate(paths.secondFactor({ to }), { replace: true })
    else if (step === 'set_up') void navigate(paths.setUpFactor({ to }), { replace: true })
    else void navigate(paths.signIn({ to }), { replace: true })
  }
}

/** How far the sign-in has come; whoever is elsewhere than at `step` is led there. */
export const useStanding = (step: SignInStep): { standing?: StandingView; error?: string } => {
  const next = useNextStep()
  const [answer, setAnswer] = useState<{ standing?: StandingView; error?: string }>({})
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the page is opened.
  useEffect(() => {
    let left = false
    const take = (standing: StandingView) => {
      if (left) return
      if (standing.step === step) setAnswer({ standing })
      else next(standing.step)
    }
    const fail = (thrown: unknown) => {
      if (left) return
      if (thrown instanceof ApiError && thrown.code === 'not_signed_in') next('nobody')
      else setAnswer({ error: wordsFor(thrown) })
    }
    standingNow().then(take, fail)
    return () => {
      left = true
    }
  }, [step])
  return answer
}
