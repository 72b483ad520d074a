import { readSettings } from '../env.ts'
import { openHouse } from '../main.ts'
import { haltAt } from './halting.ts'

// Before anything of it is opened.
haltAt(process.env.STANDS_STILL?.split(',') ?? [])

/** A house in a process of its own, by its environment: prints its address, and lives until it is killed. */
const { url } = await openHouse(readSettings())
process.stdout.write(`${url}\n`)
process.once('disconnect', () => process.exit(0))
