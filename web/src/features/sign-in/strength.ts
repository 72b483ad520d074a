import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })

/** Powers of ten of guesses. The estimator's own steps are for passwords that open less than other people's machines. */
const steps = [6, 8, 10, 13] as const

/** How hard a password is to guess: 0 (at once) to 4 (not in our time). Loaded when somebody types; it is large. */
export const strengthOf = (password: string, words: readonly string[]): number => {
  const { guessesLog10 } = estimator.check(password.slice(0, 64), [...words])
  return steps.filter((step) => guessesLog10 >= step).length
}
