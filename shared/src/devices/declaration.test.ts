import { describe, expect, test } from 'vitest'
import { Declaration, faultsOf } from './declaration.ts'

const declaration = (given: object): Declaration =>
  Declaration.parse({ driver: 'scale', items: [], alarms: [], settings: [], logs: [], ...given })
const item = (key: string, more: object = {}) => ({ key, says: key, type: 'number', ...more })

describe('A8 a declaration', () => {
  test('that is sound has no faults', () => {
    const sound = {
      items: [item('weight', { limit: { max: 10, severity: 'warning' } }), item('drift')],
      settings: [{ key: 'weight', says: 'Weight', type: 'number', min: 1, max: 1 }],
    }
    expect(faultsOf(declaration(sound))).toEqual([])
  })

  test.each<[string, object, (string | number)[]]>([
    ['an item twice', { items: [item('a'), item('b'), item('a')] }, ['items', 2, 'key']],
    ['an alarm twice', { alarms: Array(2).fill({ code: 'a', says: 'A', severity: 'info' }) }, ['alarms', 1, 'code']],
    ['a setting twice', { settings: Array(2).fill(item('a')) }, ['settings', 1, 'key']],
    ['a log twice', { logs: Array(2).fill({ name: 'a', says: 'A' }) }, ['logs', 1, 'name']],
    [
      'a limit upside down',
      { items: [item('a', { limit: { min: 2, max: 1, severity: 'info' } })] },
      ['items', 0, 'limit'],
    ],
    ['a limit of nothing', { items: [item('a', { limit: { severity: 'info' } })] }, ['items', 0, 'limit']],
    [
      'a limit on words',
      { items: [item('a', { type: 'text', limit: { max: 1, severity: 'info' } })] },
      ['items', 0, 'limit'],
    ],
    ['a setting upside down', { settings: [item('a', { min: 2, max: 1 })] }, ['settings', 0]],
  ])('with %s is told where', (_, given, path) => {
    expect(faultsOf(declaration(given)).map((fault) => fault.path)).toEqual([path])
  })
})
