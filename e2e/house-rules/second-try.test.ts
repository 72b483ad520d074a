import { expect, test } from 'vitest'
import { afterSecondTry, filesToMend, outcomeOf, type Told } from '../../scripts/vitest-report.ts'

const told = (file: string, title: string, status: Told['status'], why: string[] = []): Told => ({
  ...{ file, title, status, why },
})

test('of a run and the second try of its failed files, what passed in one of them passed, and nothing else', () => {
  const first = [
    told('a', 'always', 'passed'),
    told('b', 'now and then', 'failed', ['too late']),
    told('b', 'the other way round', 'passed'),
    told('b', 'never', 'failed', ['broken']),
    told('c', '', 'failed', ['not loaded']),
    told('d', 'left out', 'skipped'),
    told('e', 'gone the second time', 'failed', ['broken']),
  ]
  expect(filesToMend(first)).toEqual(['b', 'c', 'e'])
  const second = [
    told('b', 'now and then', 'passed'),
    told('b', 'the other way round', 'failed', ['too late']),
    told('b', 'never', 'failed', ['broken again']),
    told('c', 'one', 'passed'),
    told('c', 'two', 'failed', ['wrong']),
  ]
  const { told: all, onlyThen } = afterSecondTry(first, second)
  expect(onlyThen.map(({ title }) => title)).toEqual(['now and then', ''])
  expect(outcomeOf(all)).toEqual({
    passed: 4,
    failed: 3,
    skipped: 1,
    failures: ['b: never\nbroken\nbroken again', 'e: gone the second time\nbroken', 'c: two\nwrong'],
  })
})
