import type { TestProject } from 'vitest/node'
import { type ClusterAddress, startTestCluster } from './cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    testCluster: ClusterAddress
  }
}

/** One PostgreSQL for the whole vitest run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { ownerUrl, appPassword, stop } = await startTestCluster()
  project.provide('testCluster', { ownerUrl, appPassword })
  return stop
}
