import { describe, expect, test } from 'vitest'
import { type Edits, noEdits, pruned, resultOf, rowsOf } from './draft.ts'

const list = [
  { cidr: '192.0.2.0/24', note: 'Basel', addedBy: 'Clara Meier', addedAt: 1 },
  { cidr: '2001:db8::/32', note: '', addedBy: 'Marc Aubry', addedAt: 2 },
]
const edits = (some: Partial<Edits>): Edits => ({ ...noEdits, ...some })

describe('a draft of a list', () => {
  test('shows what stays, goes and comes, and sends what is left', () => {
    const rows = rowsOf(
      list,
      edits({ removed: ['192.0.2.0/24'], notes: { '2001:db8::/32': 'VPN' }, added: [{ cidr: '9.0.0.0/8', note: '' }] }),
    )
    expect(rows.map(({ cidr, state, note }) => [cidr, state, note])).toEqual([
      ['192.0.2.0/24', 'removed', 'Basel'],
      ['2001:db8::/32', 'noted', 'VPN'],
      ['9.0.0.0/8', 'added', ''],
    ])
    expect(resultOf(rows)).toEqual([
      { cidr: '2001:db8::/32', note: 'VPN' },
      { cidr: '9.0.0.0/8', note: '' },
    ])
  })

  test('forgets edits that change nothing', () => {
    expect(
      pruned(list, edits({ notes: { '192.0.2.0/24': 'Basel', '9.0.0.0/8': 'gone' }, removed: ['9.0.0.0/8'] })),
    ).toEqual(noEdits)
  })

  test('on top of what somebody else has saved meanwhile adds nothing twice, and keeps the note that was written', () => {
    expect(pruned(list, edits({ added: [{ cidr: '192.0.2.0/24', note: 'Basel' }] }))).toEqual(noEdits)
    expect(pruned(list, edits({ added: [{ cidr: '192.0.2.0/24', note: 'Lab' }] }))).toEqual(
      edits({ notes: { '192.0.2.0/24': 'Lab' } }),
    )
  })

  test('takes a network out although another note was written for it', () => {
    const both = edits({ removed: ['192.0.2.0/24'], notes: { '192.0.2.0/24': 'Lab' } })
    expect(pruned(list, both)).toEqual(edits({ removed: ['192.0.2.0/24'] }))
  })
})
