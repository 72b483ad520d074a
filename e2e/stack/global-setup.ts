import { startTestCluster } from '@gatehouse/bff/testing/cluster'

/** One PostgreSQL for the whole run; every worker copies its template. */
export default async function setup(): Promise<() => Promise<void>> {
  const { stop, ...address } = await startTestCluster()
  process.env.GATEHOUSE_TEST_CLUSTER = JSON.stringify(address)
  return stop
}
