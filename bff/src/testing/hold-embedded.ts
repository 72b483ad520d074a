import { createInterface } from 'node:readline'
import { startEmbedded } from '../kernel/database/embedded.ts'

/** A program that starts the database in the folder given, prints its address, and stops it when its input ends. */
const [dataDir, shared] = process.argv.slice(2)
if (!dataDir) throw new Error('Give a folder')

const server = await startEmbedded({ dataDir, log: () => undefined, ...(shared ? { shared } : {}) })
process.stdout.write(`${server.ownerUrl}\n`)
createInterface(process.stdin)
  .on('line', () => process.exit(0))
  .on('close', () => void server.stop().then(() => process.exit(0)))
