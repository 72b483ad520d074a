import { doorsTold } from '@gatehouse/shared/audit-doors'
import { expect, test } from 'vitest'
import { peoplesDoors } from './testing/doors.ts'

test('AL02 the log has words for what is wanted at every door that asks for no activity, and for no other', () => {
  const unnamed = peoplesDoors.filter(({ guard }) => guard?.kind !== 'activity').map(({ name }) => name)
  expect(Object.keys(doorsTold).sort()).toEqual(unnamed.sort())
})
