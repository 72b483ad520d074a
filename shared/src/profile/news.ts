import { z } from 'zod'
import type { Activity } from '../activities.ts'

interface NewsRow {
  /** What happens, to whoever reads it in his settings. */
  says: string
  /** The same, told to somebody else. */
  told: string
  /** Whoever holds this activity is told. */
  concerns: Activity
}

/** What people are told of, by mail and by a note on the screen; each may choose for himself, kind by kind. */
export const newsKinds = {
  asked: {
    says: 'Somebody asks for access, and you may answer',
    told: 'news of requests to answer',
    concerns: 'session.approve',
  },
  watch_wanted: {
    says: 'A session waits for somebody of yours to watch',
    told: 'news of sessions that wait for somebody to watch',
    concerns: 'session.watch',
  },
  answered: {
    says: 'A request of yours is approved or denied',
    told: 'news of own requests that are approved or denied',
    concerns: 'session.request',
  },
  taken_back: {
    says: 'An approval of yours is taken back',
    told: 'news of own approvals that are taken back',
    concerns: 'session.request',
  },
  ran_out: {
    says: 'A request of yours stays unanswered, or its approval unused',
    told: 'news of own requests that run out',
    concerns: 'session.request',
  },
} as const satisfies Record<string, NewsRow>

export type NewsKind = keyof typeof newsKinds
export const newsKindNames = Object.keys(newsKinds) as NewsKind[]

/** What is mailed whatever anybody chose: whoever tries to get in must not be able to do it in silence. */
export const alwaysMailed = [
  'Your password is changed, or has to be soon',
  'Your e-mail address is changed, or is to be',
  'A way to sign in is added or removed, or a recovery code is used',
  'Others try again and again to sign in as you',
  'Links you asked for, or that an administrator sends you',
] as const

const Ways = z.strictObject({ mail: z.boolean(), note: z.boolean() })

/** By which ways a person is told of a kind. */
export type NewsWays = z.infer<typeof Ways>

/** The choice of a person, for every kind. */
export const NewsChoice = z.strictObject(
  Object.fromEntries(newsKindNames.map((kind) => [kind, Ways])) as Record<NewsKind, typeof Ways>,
)
export type NewsChoice = z.infer<typeof NewsChoice>

/** Everything, by both ways: what holds until somebody chooses. */
export const allNews: NewsChoice = Object.fromEntries(
  newsKindNames.map((kind) => [kind, { mail: true, note: true }]),
) as NewsChoice
