import type { Env } from '../env.ts'
import { type BackOff, backOff } from './back-off.ts'
import { postCheckIns } from './check-ins.ts'
import { type ChannelEnd, runControlChannel } from './control-channel.ts'
import type { Line } from './line.ts'
import { createWaker, pause } from './pause.ts'

/** A connection that lasted so long was a good one. */
const goodLife = 30_000

/**
 * Keeps the line to the server until `signal` aborts: the control WebSocket where it passes, HTTPS check-ins where it
 * does not, and growing pauses while there is neither.
 */
export const runLink = async (
  line: Line,
  { transport, checkInSeconds }: Pick<Env, 'transport' | 'checkInSeconds'>,
  signal: AbortSignal,
): Promise<void> => {
  const { timings, log } = line
  const pauses = backOff(timings.backOff)
  const refusals = backOff(timings.refused)
  const webSocketPauses = backOff(timings.webSocketAgain)
  let webSocketFrom = 0
  let polling = false
  const waker = createWaker()
  const quiet = [
    line.outbox.filled.listen(({ type }) => type !== 'values' && waker.wake()),
    line.heartbeatWanted.listen(waker.wake),
  ]
  const setPolling = (now: boolean) => {
    if (now && !polling) line.connected('https')
    if (!now && polling) line.disconnected()
    polling = now
  }

  /** One try by WebSocket; true when HTTPS should follow at once. */
  const byWebSocket = async (): Promise<boolean> => {
    const end = await runControlChannel(line, signal)
    if (signal.aborted) return false
    if (end.kind === 'unknown_device') {
      await afterRefusal(line, end.date, refusals, signal)
      return false
    }
    refusals.reset()
    if (end.kind === 'unavailable') {
      log.info({ because: end.because }, 'no WebSocket to the server')
      webSocketFrom = Date.now() + webSocketPauses.next()
      if (transport === 'auto') return true
    } else {
      polling = false
      webSocketPauses.reset()
      await afterLoss(line, end, pauses, signal)
    }
    await pause(pauses.next(), signal)
    return false
  }

  const byHttps = async (): Promise<void> => {
    waker.take()
    const round = await postCheckIns(line, signal)
    if (signal.aborted) return
    setPolling(round.kind === 'delivered')
    if (round.kind === 'unknown_device') return afterRefusal(line, round.date, refusals, signal)
    if (round.kind === 'failed') {
      log.warn({ because: round.because }, 'the server cannot be reached')
      // Nothing passes, so nothing was learned about WebSockets.
      webSocketFrom = 0
      webSocketPauses.reset()
      return pause(pauses.next(), signal)
    }
    pauses.reset()
    refusals.reset()
    await pause(checkInSeconds * 1_000, signal, waker)
  }

  try {
    while (!signal.aborted) {
      const mayTry = transport === 'websocket' || (transport === 'auto' && Date.now() >= webSocketFrom)
      if (!mayTry || (await byWebSocket())) await byHttps()
    }
  } finally {
    for (const unsubscribe of quiet) unsubscribe()
    setPolling(false)
  }
}

const afterLoss = async (
  line: Line,
  end: Extract<ChannelEnd, { kind: 'lost' }>,
  pauses: BackOff,
  signal: AbortSignal,
): Promise<void> => {
  line.log.info({ because: end.because }, 'the control channel ended')
  if (end.lived > goodLife) pauses.reset()
  // Over HTTPS the server says which message it does not take.
  if (end.rejected) await postCheckIns(line, signal)
}

const afterRefusal = (line: Line, date: number | undefined, pauses: BackOff, signal: AbortSignal): Promise<void> => {
  line.log.error('the server refuses this device: revoked, unknown, or its clock is wrong; trying again slowly')
  const minutes = date === undefined ? 0 : Math.round((Date.now() - date) / 60_000)
  if (minutes !== 0) line.log.error({ minutes }, "this machine's clock differs from the server's; set it right")
  return pause(pauses.next(), signal)
}
