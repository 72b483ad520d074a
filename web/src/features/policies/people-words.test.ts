import { plainRule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { describe, expect, test } from 'vitest'
import { peopleFaults, wantsSay } from './people-words.ts'

const people = (approvers: boolean[], watchers = 1): PolicyView['people'] => ({
  approvers: approvers.map((everywhere, i) => ({ id: String(i), name: `Person ${i}`, everywhere })),
  watchers,
  groups: [],
  names: {},
})
const two = plainRule('ask', { approvers: 2 })

describe('whoever writes a rule is told what the people there make of it', () => {
  test('that nothing could be asked for', () => {
    expect(peopleFaults(two, people([true]))).toEqual([
      '1 person may answer requests, and this rule wants 2: nothing can be asked for.',
    ])
    expect(peopleFaults(plainRule('ask'), people([]))).toEqual([
      'Nobody may answer requests, and this rule wants 1: nothing can be asked for.',
    ])
  })
  test('that it could be asked for in some places only', () => {
    expect(peopleFaults(two, people([true, false]))).toEqual([
      'Only 1 person may answer requests for every device. Where fewer than 2 may, nothing can be asked for.',
    ])
  })
  test('that no session could go live', () => {
    expect(peopleFaults(plainRule('ask', { watched: true }), people([true, true], 0))).toEqual([
      'Nobody may watch sessions: none could go live.',
    ])
  })
  test('nothing where all is well, where nobody is asked, or where the people are not known', () => {
    expect(peopleFaults(two, people([true, true]))).toEqual([])
    expect(peopleFaults(plainRule('always', { approvers: 2 }), people([]))).toEqual([])
    expect(peopleFaults(two, null)).toEqual([])
  })
  test('what a rule wants of them, in a few words', () => {
    const ladder = [{ who: ['a'], minutes: 15 }]
    expect(wantsSay(plainRule('ask', { approvers: 2, ladder, watched: true }))).toBe(
      'Two people approve, told step by step, somebody watches',
    )
    expect(wantsSay(plainRule('always', { approvers: 2, ladder }))).toBe('')
  })
})
