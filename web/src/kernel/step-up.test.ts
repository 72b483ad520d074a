import { afterEach, describe, expect, test } from 'vitest'
import { isProofAsked, settleProof, withProof } from './step-up.ts'
import { ApiError } from './words.ts'

const wanted = (state: 'proof' | 'password') =>
  new ApiError({ code: 'step_up_required', says: 'Please show once more that it is you.', state }, 403)

/** A call that wants a proof until one was given. */
const call = (state: 'proof' | 'password' = 'proof') => {
  let tries = 0
  return {
    tries: () => tries,
    send: async () => {
      tries += 1
      if (tries === 1) throw wanted(state)
      return 'done'
    },
  }
}

const turn = () => new Promise((next) => setImmediate(next))

describe('AP19 a call that wants a fresh proof', () => {
  afterEach(() => settleProof(false))

  test('is made once more after it', async () => {
    const one = call()
    const answer = withProof('POST /api/a', one.send)
    await turn()
    expect(isProofAsked()).toBe(true)
    settleProof(true)
    expect(await answer).toBe('done')
    expect(one.tries()).toBe(2)
  })

  test('is refused in calm words where none is given', async () => {
    const one = call()
    const answer = withProof('POST /api/a', one.send)
    await turn()
    settleProof(false)
    await expect(answer).rejects.toMatchObject({ code: 'step_up_required', says: /Nothing was done/ })
    expect(one.tries()).toBe(1)
  })

  test('waits for the proof that another is being asked for', async () => {
    const [one, other] = [call(), call('password')]
    const answers = Promise.all([withProof('POST /api/a', one.send), withProof('POST /api/b', other.send)])
    await turn()
    settleProof(true)
    expect(await answers).toEqual(['done', 'done'])
    expect(isProofAsked()).toBe(false)
  })

  test('is not made a third time', async () => {
    let tries = 0
    const answer = withProof('POST /api/a', async () => {
      tries += 1
      throw wanted('proof')
    })
    await turn()
    settleProof(true)
    await expect(answer).rejects.toMatchObject({ code: 'step_up_required' })
    expect(tries).toBe(2)
  })
})
