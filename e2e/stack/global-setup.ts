import { startTestCluster } from '@gatehouse/bff/testing/cluster'
import { buildAgent } from '../../scripts/build-agent.ts'

/** One PostgreSQL for the whole run; every worker copies its template. */
export default async function setup(): Promise<() => Promise<void>> {
  // Before several workers would build it at once.
  await buildAgent(console.log)
  const { stop, ...address } = await startTestCluster()
  process.env.GATEHOUSE_TEST_CLUSTER = JSON.stringify(address)
  return stop
}
