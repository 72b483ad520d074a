import type { ServerMessage } from '@gatehouse/shared/agent/messages'
import type { CommandDesk } from './actions/actions.ts'
import type { Sessions } from './channels/sessions.ts'
import type { OrdersBook } from './consent/orders.ts'
import { words } from './errors.ts'
import type { Log } from './log.ts'
import type { Witness } from './witness/witness.ts'

interface Rooms {
  orders: OrdersBook
  sessions: Sessions
  desk: CommandDesk
  witness: Witness
  log: Log
}

/** So many things may wait to be judged; the server delivers again what is not answered. */
const longestQueue = 500

/**
 * Leads what the server says to where it is judged: what ends something at once, then orders and grants in the order
 * they came, and commands one after another beside them, because a command may take its time.
 */
export const createReception = ({
  orders,
  sessions,
  desk,
  witness,
  log,
}: Rooms): ((message: ServerMessage) => void) => {
  const consent = createQueue(log)
  const commands = createQueue(log)
  return (message) => {
    for (const { sessionId, epoch } of message.ended ?? []) sessions.ended(sessionId, epoch)
    const newest = message.orders
    if (newest !== undefined) consent(() => orders.take(newest))
    const logNews = message.log
    if (logNews !== undefined) consent(() => witness.take(logNews))
    for (const grant of message.grants ?? []) consent(() => sessions.take(grant))
    // Commands wait for the orders that came before them.
    if (message.commands?.length)
      consent(async () => message.commands?.forEach((one) => commands(() => desk.take(one))))
  }
}

/** Does one thing after another; what goes wrong with one is logged and stops none. */
const createQueue = (log: Log): ((deed: () => Promise<unknown>) => void) => {
  let tail: Promise<unknown> = Promise.resolve()
  let length = 0
  return (deed) => {
    if (length >= longestQueue) return log.warn('more comes from the server than can be judged; dropped')
    length += 1
    tail = tail
      .then(deed)
      .catch((error) => log.error({ because: words(error) }, 'what the server asked went wrong'))
      .finally(() => {
        length -= 1
      })
  }
}
