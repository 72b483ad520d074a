import { describe, expect, test } from 'vitest'
import { withPresentToken } from './token.ts'
import { ApiError, type ErrorCode } from './words.ts'

/** A server with one token, two tabs that share the cookie, and the lock they share. */
const world = () => {
  const calls: string[] = []
  let held = false
  const queue: (() => void)[] = []
  const answers = new Map<string, ErrorCode[]>()
  return {
    calls,
    /** The refusals of a call, one after the other; then it is answered. */
    refuse: (name: string, ...codes: ErrorCode[]) => answers.set(name, codes),
    isHeld: () => held,
    fetch: async (input: string | URL | Request, init?: RequestInit) => {
      const name = `${init?.method ?? 'GET'} ${String(input)}`
      calls.push(held ? `${name} alone` : name)
      const code = answers.get(name)?.shift()
      if (code) throw new ApiError({ code, says: code }, 401)
      return Response.json({ body: init?.body ?? null })
    },
    alone: async <T>(deed: () => Promise<T>): Promise<T> => {
      if (held) await new Promise<void>((turn) => queue.push(turn))
      held = true
      try {
        return await deed()
      } finally {
        held = false
        queue.shift()?.()
      }
    },
  }
}

describe('SE05 a call outlives the change of its token', () => {
  test('where another tab has replaced it, it is sent once more, with its body', async () => {
    const { calls, refuse, ...given } = world()
    refuse('POST /api/x', 'not_signed_in')
    const answer = await withPresentToken(given)('/api/x', { method: 'POST', body: 'kept' })
    expect(await answer.json()).toEqual({ body: 'kept' })
    expect(calls).toEqual(['POST /api/x', 'GET /api/me alone', 'POST /api/x'])
  })

  test('where rights have changed the token is renewed once for all who wait', async () => {
    const { calls, refuse, ...given } = world()
    refuse('GET /api/a', 'renewal_needed')
    refuse('GET /api/b', 'renewal_needed')
    refuse('GET /api/me', 'renewal_needed')
    const send = withPresentToken(given)
    await Promise.all([send('/api/a'), send('/api/b')])
    expect(calls.filter((call) => call === 'POST /api/me/renew alone')).toHaveLength(1)
    expect(calls.filter((call) => call === 'GET /api/me alone')).toHaveLength(1)
    expect(calls.filter((call) => /GET \/api\/[ab]$/.test(call))).toHaveLength(4)
  })

  test('whoever is signed out is signed out: nothing is sent again', async () => {
    const { calls, refuse, ...given } = world()
    refuse('GET /api/a', 'not_signed_in')
    refuse('GET /api/me', 'not_signed_in')
    await expect(withPresentToken(given)('/api/a')).rejects.toMatchObject({ code: 'not_signed_in' })
    expect(calls).toEqual(['GET /api/a', 'GET /api/me alone'])
  })

  test('a call that is refused twice is not sent a third time', async () => {
    const { calls, refuse, ...given } = world()
    refuse('GET /api/a', 'not_signed_in', 'not_signed_in')
    await expect(withPresentToken(given)('/api/a')).rejects.toMatchObject({ code: 'not_signed_in' })
    expect(calls.filter((call) => call === 'GET /api/a')).toHaveLength(2)
  })

  test.each(['factor_owed', 'factor_to_set_up', 'password_due'] as const)(
    'a sign-in of which something is wanting lives: %s',
    async (code) => {
      const { refuse, ...given } = world()
      refuse('GET /api/a', 'not_signed_in')
      refuse('GET /api/me', code)
      expect((await withPresentToken(given)('/api/a')).ok).toBe(true)
    },
  )

  test('a server that cannot be asked signs nobody out', async () => {
    const { refuse, ...given } = world()
    refuse('GET /api/a', 'not_signed_in')
    refuse('GET /api/me', 'unreachable')
    await expect(withPresentToken(given)('/api/a')).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('what is refused for another reason is not sent again', async () => {
    const { calls, refuse, ...given } = world()
    refuse('GET /api/a', 'step_up_required')
    await expect(withPresentToken(given)('/api/a')).rejects.toMatchObject({ code: 'step_up_required' })
    expect(calls).toEqual(['GET /api/a'])
  })

  test.each(['/api/me/proof', '/api/me/password', '/api/me/factors/code', '/api/me/factors/passkeys'])(
    'while %s replaces the token nobody judges by the one before',
    async (path) => {
      const { calls, ...given } = world()
      await withPresentToken(given)(path, { method: 'POST' })
      expect(calls).toEqual([`POST ${path} alone`])
    },
  )
})
