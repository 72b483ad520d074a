import { type ClusterAddress, startTestCluster } from '@gatehouse/bff/testing/cluster'

/** Runs `work` with a PostgreSQL that keeps what it says it keeps: the product's own settings, real fsync and all. */
export const withCluster = async <T>(work: (cluster: ClusterAddress) => Promise<T>): Promise<T> => {
  const { stop, ownerUrl, appPassword } = await startTestCluster({ settings: {} })
  try {
    return await work({ ownerUrl, appPassword })
  } finally {
    await stop()
  }
}
