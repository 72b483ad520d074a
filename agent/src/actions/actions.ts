import { Command } from '@gatehouse/shared/agent/messages'
import { type RemoteActionName, remoteActions } from '@gatehouse/shared/remote-actions'
import { z } from 'zod'
import { refusesCommand } from '../consent/commands.ts'
import type { Ledger } from '../consent/ledger.ts'
import type { OrdersBook } from '../consent/orders.ts'
import { Disbelief, type ReadSigned } from '../consent/signed.ts'
import { words } from '../errors.ts'
import type { Signer } from '../identity.ts'
import type { Outbox } from '../journal/outbox.ts'
import type { Log } from '../log.ts'
import { type Action, type ActionContext, ActionRefused } from './action.ts'
import { fetchLog } from './fetch-log.ts'
import { restartAgent } from './restart-agent.ts'
import { setSetting } from './set-setting.ts'

/** What carries out each remote action; the compiler finds the missing row. */
const actions: { [N in RemoteActionName]: Action<N> } = {
  fetch_log: fetchLog,
  restart_agent: restartAgent,
  set_setting: setSetting,
}

interface Answer {
  outcome: 'succeeded' | 'failed' | 'refused'
  result?: unknown
  because?: string
}

/** The command's action may be one that this version does not know: that is an answer, too. */
const AnyCommand = Command.extend({ action: z.string().max(100) })
type AnyCommand = z.infer<typeof AnyCommand>

interface Tools {
  readSigned: ReadSigned
  orders: OrdersBook
  ledger: Ledger
  outbox: Outbox
  signer: Signer
  log: Log
  now: () => number
  context: Omit<ActionContext, 'declaration'>
}

/** Takes commands as they come from the server, carries each out at most once, and answers each with a receipt. */
export interface CommandDesk {
  take(token: string): Promise<void>
  /** Answers for what an earlier process began; `startedAt` is when this one did, ms since the epoch. */
  answerInterrupted(startedAt: number): Promise<void>
}

/** The desk at which commands are judged and carried out. */
export const createCommandDesk = (tools: Tools): CommandDesk => {
  const { readSigned, orders, ledger, outbox, signer, log, now } = tools

  const answer = async (actionId: string, { outcome, result, because }: Answer): Promise<void> => {
    const receipt = { actionId, outcome, at: Date.now(), result, because: because?.slice(0, 500).toWellFormed() }
    const proof = await signer.receipt(receipt)
    outbox.put({ type: 'receipt', ...receipt, proof })
    ledger.answered(actionId)
    log.info({ actionId, outcome, because }, 'command answered')
  }
  /** The command, or the refusal of one that the server did sign for this device; else nothing to answer. */
  const read = async (token: string): Promise<{ command: AnyCommand; tooLate?: string } | undefined> => {
    try {
      return { command: await readSigned(token, 'command', AnyCommand) }
    } catch (error) {
      const known = error instanceof Disbelief ? AnyCommand.safeParse(error.claims) : undefined
      if (known?.success) return { command: known.data, tooLate: words(error) }
      log.warn({ because: words(error) }, 'a command was not believed')
      return undefined
    }
  }

  return {
    take: async (token) => {
      const { command, tooLate } = (await read(token)) ?? {}
      if (!command || ledger.knows(command.jti)) return
      ledger.begin({ jti: command.jti, action: command.action, exp: command.exp })
      if (tooLate) return answer(command.jti, { outcome: 'refused', because: tooLate })
      const outcome = await carryOut(command, orders, now(), tools.context)
      if (outcome !== 'after_restart') await answer(command.jti, outcome)
    },
    answerInterrupted: async (startedAt) => {
      const answered = outbox.receipts()
      for (const { jti, action } of ledger.unanswered()) {
        if (answered.has(jti)) ledger.answered(jti)
        else if (action === 'restart_agent') await answer(jti, { outcome: 'succeeded', result: { startedAt } })
        else await answer(jti, { outcome: 'failed', because: 'The agent stopped before it knew the outcome' })
      }
    },
  }
}

const carryOut = async (
  { action, ...command }: AnyCommand,
  orders: OrdersBook,
  now: number,
  tools: Omit<ActionContext, 'declaration'>,
): Promise<Answer | 'after_restart'> => {
  const current = orders.current()
  if (!isKnown(action) || !current) return { outcome: 'refused', because: `This device knows no action ${action}` }
  const because = refusesCommand({ ...command, action }, current.policy, now)
  if (because) return { outcome: 'refused', because }
  try {
    return await run(action, command.input, { ...tools, declaration: current.declaration })
  } catch (error) {
    return { outcome: error instanceof ActionRefused ? 'refused' : 'failed', because: words(error) }
  }
}

const run = async <N extends RemoteActionName>(
  name: N,
  input: unknown,
  context: ActionContext,
): Promise<Answer | 'after_restart'> => {
  const { input: inputs, result: results } = remoteActions[name] as { input: z.ZodType; result: z.ZodType }
  const action = actions[name] as (input: unknown, context: ActionContext) => Promise<unknown>
  const outcome = await action(inputs.parse(input), context)
  return outcome === 'after_restart' ? outcome : { outcome: 'succeeded', result: results.parse(outcome) }
}

const isKnown = (action: string): action is RemoteActionName => Object.hasOwn(remoteActions, action)
