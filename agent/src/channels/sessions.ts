import type { SessionActivity } from '@gatehouse/shared/activities'
import { SessionGrant } from '@gatehouse/shared/agent/messages'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { type Epochs, nowForbidden, refusesGrant } from '../consent/grants.ts'
import type { OrdersBook } from '../consent/orders.ts'
import type { ReadSigned } from '../consent/signed.ts'
import { words } from '../errors.ts'
import type { Outbox } from '../journal/outbox.ts'
import type { Channel, ChannelTools } from './channel.ts'

/** The sessions that are live on this machine. */
export interface Sessions {
  /** Judges a grant, and opens its channels where it holds. */
  take(token: string): Promise<void>
  /** The server says that a session is over, up to an epoch. */
  ended(sessionId: string, epoch: number): void
  /** The person at the machine ends everything; answers how many sessions there were. */
  endAtMachine(): Promise<number>
  /** Ends what the device's own policy no longer allows, by the device's own clock. */
  review(): void
  /** Ends everything because the agent stops. */
  stop(): Promise<void>
  live(): { sessionId: string; technician: string; since: number }[]
}

interface Tools extends ChannelTools {
  readSigned: ReadSigned
  orders: OrdersBook
  epochs: Epochs
  outbox: Outbox
  now: () => number
  channels: Record<SessionActivity, Channel>
}

interface Live {
  grant: SessionGrant
  since: number
  end(because: string): void
  over: Promise<void>
}

const longestTimer = 2 ** 31 - 1
const mostRemembered = 1_000

/** Opens nothing that the grant, this device's own policy and its memory of epochs do not all allow. */
export const createSessions = (tools: Tools): Sessions => {
  const { readSigned, orders, epochs, outbox, log, now } = tools
  const live = new Set<Live>()
  /** A session may be over before its grant was verified. */
  const endedEpochs = new Map<string, number>()
  /** What somebody at the machine ended stays ended, whatever the server signs. */
  const endedHere = new Set<string>()

  const report = (
    outcome: 'refused' | 'ended_at_machine',
    because: string,
    of: { sessionId: string; epoch?: number },
  ) => {
    log.warn({ ...of, outcome, because }, 'session')
    const said = because.slice(0, 500).toWellFormed()
    outbox.put({ type: 'session', at: Date.now(), sessionId: of.sessionId, epoch: of.epoch, outcome, because: said })
  }
  const endWhere = (which: (session: Live) => boolean, because: string): Live[] => {
    const ending = [...live].filter(which)
    for (const session of ending) session.end(because)
    return ending
  }
  const open = (grant: SessionGrant) => {
    const cutter = new AbortController()
    const end = (because: string) => cutter.abort(because)
    const timer = setTimeout(end, Math.min(grant.exp * 1_000 - now(), longestTimer), 'the granted time is over')
    const runs = grant.activities.map((activity) =>
      tools.channels[activity as SessionActivity](tools, grant, cutter.signal),
    )
    const over = Promise.all(runs)
      .then(([because]) => log.info({ sessionId: grant.sessionId, because }, 'session over'))
      .catch((error) => {
        if (cutter.signal.aborted) return
        report('refused', `The device could not open it: ${words(error)}`, grant)
      })
      .finally(() => {
        clearTimeout(timer)
        cutter.abort('over')
        live.delete(session)
      })
    const session: Live = { grant, since: now(), end, over }
    live.add(session)
  }
  const review = () => {
    const policy = orders.current()?.policy
    endWhere(
      ({ grant, since }) => nowForbidden(grant, policy, since, now()) !== undefined,
      "the customer's policy no longer allows it",
    )
  }
  orders.changed.listen(review)

  return {
    take: async (token) => {
      let grant: SessionGrant
      try {
        grant = await readSigned(token, 'grant', SessionGrant)
      } catch (error) {
        const claimed = claimedBy(token)
        if (claimed && !isLive(live, claimed.sessionId)) report('refused', words(error), claimed)
        else log.warn({ because: words(error) }, 'a grant was not believed')
        return
      }
      const { sessionId, epoch } = grant
      // The same grant once more, or an older one of a session that goes on, says nothing new.
      if (isLive(live, sessionId, epoch) || (endedEpochs.get(sessionId) ?? 0) >= epoch) return
      const because = endedHere.has(sessionId)
        ? 'Somebody at the machine ended this session'
        : refusesGrant(grant, orders.current()?.policy, epochs.highest(), now())
      if (because) return report('refused', because, grant)
      epochs.raise(epoch)
      endWhere(() => true, 'a newer session took its place')
      open(grant)
    },
    ended: (sessionId, epoch) => {
      endedEpochs.set(sessionId, Math.max(epoch, endedEpochs.get(sessionId) ?? 0))
      const [oldest] = endedEpochs.keys()
      if (endedEpochs.size > mostRemembered && oldest) endedEpochs.delete(oldest)
      endWhere(({ grant }) => grant.sessionId === sessionId && grant.epoch <= epoch, 'the server ended it')
    },
    endAtMachine: async () => {
      const ending = endWhere(() => true, 'ended at the machine')
      for (const { grant } of ending) {
        endedHere.add(grant.sessionId)
        report('ended_at_machine', 'Somebody at the machine ended it', grant)
      }
      await Promise.all(ending.map(({ over }) => over))
      return ending.length
    },
    review,
    stop: async () => {
      await Promise.all(endWhere(() => true, 'the agent stops').map(({ over }) => over))
    },
    live: () =>
      [...live].map(({ grant, since }) => ({ sessionId: grant.sessionId, technician: grant.technician.name, since })),
  }
}

/** True while the session is live under this epoch or a newer one. */
const isLive = (live: ReadonlySet<Live>, sessionId: string, epoch = 0): boolean =>
  [...live].some(({ grant }) => grant.sessionId === sessionId && grant.epoch >= epoch)

/** Which session a token speaks of, believed by nobody: only to say which one was refused. */
const claimedBy = (token: string): { sessionId: string; epoch?: number } | undefined => {
  try {
    return z
      .object({ sessionId: z.uuid(), epoch: z.number().int().min(1).optional().catch(undefined) })
      .parse(decodeJwt(token))
  } catch {
    return undefined
  }
}
