import { seedFleet } from './src/fleet/seed.ts'
import { placesAsked } from './src/fleet/size.ts'

/** Makes the fleets that `pnpm bench fleet` measures; what is there already is left as it is. */
const main = async (): Promise<void> => {
  for (const place of placesAsked(process.argv.slice(2))) await seedFleet(place, (line) => console.log(`  ${line}`))
}

process.once('SIGINT', () => process.exit(130))
main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
