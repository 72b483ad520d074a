import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs })

/** How hard a password is to guess: 0 (at once) to 4 (not in our time). Loaded when somebody types; it is large. */
export const strengthOf = (password: string, words: readonly string[]): number =>
  estimator.check(password.slice(0, 64), [...words]).score
