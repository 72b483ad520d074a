import { inject } from 'vitest'
import { cloneDatabase, type TestDatabase } from './cluster.ts'

/** A migrated database of the test's own, on the PostgreSQL of this vitest run; drop it when done. */
export async function testDatabase(): Promise<TestDatabase> {
  return cloneDatabase(inject('testCluster'))
}
