import { isUnavailable } from '../../kernel/database/connect.ts'
import { Refused } from '../../kernel/errors.ts'
import { gathering } from './limits.ts'

/** Takes letters of many devices and gives each its reply, when everything about it is stored. */
export interface Letterbox<Letter, Reply> {
  post(letter: Letter): Promise<Reply>
}

interface Waiting<Letter, Reply> {
  letter: Letter
  resolve(reply: Reply): void
  reject(error: unknown): void
}

/**
 * Gathers what arrives within a few milliseconds, and while the transaction before is under way, and hands it to
 * `take` at once. Letters of one device are taken one after the other, in the order they came. Where `take` fails over
 * what is in a batch, the batch is halved until the one letter that cannot be taken stands alone.
 */
export const letterbox = <Letter extends { deviceId: string }, Reply>(
  take: (letters: readonly Letter[]) => Promise<readonly Reply[]>,
): Letterbox<Letter, Reply> => {
  type One = Waiting<Letter, Reply>
  let waiting: One[] = []
  const waitingOf = new Map<string, number>()
  const underWay = new Set<string>()
  let lanes = 0
  let timer: NodeJS.Timeout | undefined

  const deliver = async (batch: readonly One[]): Promise<void> => {
    try {
      const replies = await take(batch.map((one) => one.letter))
      for (const [i, one] of batch.entries()) one.resolve(replies[i] as Reply)
    } catch (error) {
      if (isUnavailable(error) || batch.length === 1) {
        for (const one of batch) one.reject(error)
        return
      }
      const half = Math.ceil(batch.length / 2)
      await deliver(batch.slice(0, half))
      await deliver(batch.slice(half))
    }
  }

  const next = (): One[] => {
    const batch: One[] = []
    const rest: One[] = []
    for (const one of waiting) {
      const { deviceId } = one.letter
      if (batch.length >= gathering.largest || underWay.has(deviceId)) rest.push(one)
      else {
        underWay.add(deviceId)
        batch.push(one)
      }
    }
    waiting = rest
    return batch
  }

  const run = async (): Promise<void> => {
    timer = undefined
    const batch = next()
    if (batch.length === 0) return
    lanes += 1
    await deliver(batch)
    lanes -= 1
    for (const { letter } of batch) {
      underWay.delete(letter.deviceId)
      const left = (waitingOf.get(letter.deviceId) ?? 1) - 1
      if (left > 0) waitingOf.set(letter.deviceId, left)
      else waitingOf.delete(letter.deviceId)
    }
    wake()
  }

  const wake = (): void => {
    if (timer || waiting.length === 0) return
    const mayRun = lanes === 0 || (lanes < gathering.lanes && waiting.length >= gathering.largest)
    // clock: how long to wait for company, nothing that is true
    if (mayRun) timer = setTimeout(() => void run(), waiting.length >= gathering.largest ? 0 : gathering.window)
  }

  return {
    post: (letter) =>
      new Promise((resolve, reject) => {
        const ofThis = waitingOf.get(letter.deviceId) ?? 0
        if (ofThis >= gathering.mostOfOne) return reject(new Refused('too_many_tries'))
        if (waiting.length >= gathering.mostWaiting) return reject(new Refused('unavailable'))
        waitingOf.set(letter.deviceId, ofThis + 1)
        waiting.push({ letter, resolve, reject })
        wake()
      }),
  }
}
