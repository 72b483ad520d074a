import { describe, expect, test } from 'vitest'
import type { Refused } from '../../kernel/errors.ts'
import { letterbox } from './letterbox.ts'
import { gathering } from './limits.ts'

interface Letter {
  deviceId: string
  text: string
}
const letter = (deviceId: string, text = ''): Letter => ({ deviceId, text })

/** A `take` whose batches are seen, and are answered when the test says so. */
const desk = () => {
  const batches: string[][] = []
  const open: (() => void)[] = []
  const box = letterbox<Letter, string>(async (letters) => {
    batches.push(letters.map((one) => one.deviceId))
    await new Promise<void>((resolve) => open.push(resolve))
    return letters.map((one) => `${one.deviceId} ${one.text}`)
  })
  return { box, batches, answer: () => open.shift()?.() }
}

describe('the letterbox', () => {
  test('gathers what comes together, and what comes while a batch is under way', async () => {
    const { box, batches, answer } = desk()
    const first = ['a', 'b', 'c'].map((id) => box.post(letter(id)))
    await expect.poll(() => batches).toEqual([['a', 'b', 'c']])
    const second = ['d', 'e'].map((id) => box.post(letter(id)))
    answer()
    expect(await Promise.all(first)).toEqual(['a ', 'b ', 'c '])
    await expect.poll(() => batches.length).toBe(2)
    answer()
    await Promise.all(second)
    expect(batches[1]).toEqual(['d', 'e'])
  })

  test('takes the letters of one device one after the other, in their order', async () => {
    const { box, batches, answer } = desk()
    const posted = ['1', '2', '3'].map((text) => box.post(letter('a', text)))
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => batches.length).toBe(i + 1)
      expect(batches[i]).toEqual(['a'])
      answer()
      expect(await posted[i]).toBe(`a ${i + 1}`)
    }
  })

  test('is bounded: for one device, and for all together', async () => {
    const { box } = desk()
    const settle = (one: Promise<string>) => one.catch((error: Refused) => error.code)
    const ofOne = Array.from({ length: gathering.mostOfOne + 1 }, () => settle(box.post(letter('a'))))
    expect(await ofOne.at(-1)).toBe('too_many_tries')
    const all = Array.from({ length: gathering.mostWaiting + 1 }, (_, i) => settle(box.post(letter(`d${i}`))))
    expect(await all.at(-1)).toBe('unavailable')
  })

  test('one letter that cannot be taken stands alone in the end, and the others are taken', async () => {
    let tries = 0
    const box = letterbox<Letter, string>(async (letters) => {
      tries += 1
      if (letters.some((one) => one.text === 'poison')) throw new Error('cannot be stored')
      return letters.map((one) => one.deviceId)
    })
    const posted = Array.from({ length: 64 }, (_, i) => box.post(letter(`d${i}`, i === 20 ? 'poison' : '')))
    const settled = await Promise.allSettled(posted)
    expect(settled.map((one) => one.status).indexOf('rejected')).toBe(20)
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(63)
    expect(tries).toBeLessThan(20)
  })

  test('while the database is away nothing is tried again and again', async () => {
    let tries = 0
    const box = letterbox<Letter, string>(async () => {
      tries += 1
      throw Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })
    })
    const settled = await Promise.allSettled(Array.from({ length: 64 }, (_, i) => box.post(letter(`d${i}`))))
    expect(settled.every((one) => one.status === 'rejected')).toBe(true)
    expect(tries).toBe(1)
  })
})
