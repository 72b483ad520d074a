import { setTimeout } from 'node:timers/promises'

const slot = 100

/** Starts to measure; what it returns waits for the next full slot, so that a refusal's time says nothing of its reason. */
export const evenly = (): (() => Promise<void>) => {
  const began = performance.now() // clock: how long an answer takes, not when it is
  return async () => {
    const spent = performance.now() - began // clock: how long an answer takes, not when it is
    await setTimeout(Math.ceil(spent / slot) * slot - spent) // clock: how long an answer takes, not when it is
  }
}
