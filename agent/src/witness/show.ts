import { createReadSigned } from '../consent/signed.ts'
import { AgentError, words } from '../errors.ts'
import type { Home } from '../home.ts'
import { readIdentity } from '../identity.ts'
import { keptLogOrder } from './log-order.ts'
import { heldBefore, memoryOf } from './memory.ts'

/** The checkpoint that a home holds, and what to say beside it; throws sentences where there is none. */
export const showLog = async (home: Home): Promise<{ note: string; besides: string[] }> => {
  const watched = await keptLogOrder(home, createReadSigned(readIdentity(home))).catch((error) => {
    throw new AgentError(`Whose audit log this is cannot be read: ${words(error)}`)
  })
  if (!watched) throw new AgentError('The server has not said yet whose audit log this device witnesses.')
  const memory = memoryOf(home, watched)
  const held = memory.read()
  if (held === 'damaged') throw new AgentError(`${memory.path} is damaged.`)
  const evidence = memory.evidence()
  const refusals = evidence
    ? [
        `REFUSED ${evidence.times} time(s), last on ${new Date(evidence.lastAt).toISOString()}: ${evidence.because}.`,
        `Both sides of it are in ${memory.evidencePath}`,
      ]
    : []
  const before = heldBefore(home, watched.key)
  const past = before
    ? [
        `Of before the log was restored it holds a checkpoint of ${before.checkpoint.size} events, in ${before.path}`,
        ...(held?.checkpoint.extensions ?? []),
      ]
    : []
  if (!held) throw new AgentError(['This device holds no checkpoint yet.', ...past, ...refusals].join('\n'))
  return { note: held.note, besides: [`Key: ${watched.printed}`, ...past, ...refusals] }
}
