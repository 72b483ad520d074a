import type { LogNews } from '@gatehouse/shared/agent/messages'
import { base64, utf8 } from '@gatehouse/shared/audit/bytes'
import { signCheckpoint } from '@gatehouse/shared/audit/checkpoint'
import { keyOfEpoch, type Restore, restoreLine } from '@gatehouse/shared/audit/epoch'
import { printKey } from '@gatehouse/shared/audit/note'
import { portable } from '@gatehouse/shared/audit/portable'
import { logKey } from '@gatehouse/shared/audit/testing/bundles'
import { storedTree } from '@gatehouse/shared/audit/testing/stored-tree'
import { frontierAt, rootOf, treeHasher } from '@gatehouse/shared/audit/tree'
import { proveConsistency } from '@gatehouse/shared/audit/tree-proofs'

const { sha256 } = portable
const { leaf } = treeHasher(sha256)

type Checkpoint = NonNullable<LogNews['checkpoint']>

/** A customer's log of events that are named by `words`, and what its server says of it. */
export const aLog = ({
  customer = 'customer-1',
  seed = 'the server',
  words = (n: number) => `event ${n}`,
  restores = [] as readonly Restore[],
} = {}) => {
  const { key: first, sign } = logKey(customer, seed)
  const key = keyOfEpoch(first, restores.length + 1)
  const extensions = restores.length > 0 ? { extensions: restores.map(restoreLine) } : {}
  const treeOf = (size: number) =>
    storedTree(
      sha256,
      Array.from({ length: size }, (_, n) => leaf(utf8(words(n)))),
    )
  return {
    key: printKey(sha256, key),
    rootAt: async (size: number) => rootOf(sha256, await frontierAt(treeOf(size).fetch, size)),
    /** The checkpoint of the first `size` events, with the proof that it continues that of `from`. */
    offer: async (size: number, from = 0): Promise<Checkpoint> => {
      const { fetch } = treeOf(size)
      const root = rootOf(sha256, await frontierAt(fetch, size))
      const note = await signCheckpoint(sha256, { origin: key.name, size, root, ...extensions }, key, sign)
      const proof = from > 0 && from < size ? await proveConsistency(sha256, fetch, from, size) : []
      return { note: new TextDecoder().decode(note), proof: proof.map(base64) }
    },
  }
}
