import { createHash } from 'node:crypto'
import { portable } from '@gatehouse/shared/audit/portable'
import type { Primitives, Sha256 } from '@gatehouse/shared/audit/primitives'

/** SHA-256 by the platform, about as fast as the machine can. */
export const sha256: Sha256 = (bytes) => createHash('sha256').update(bytes).digest()

/** What checking a proof needs, by the platform where that is faster. */
export const primitives: Primitives = { sha256, verify: portable.verify }
