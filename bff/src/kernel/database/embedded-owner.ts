import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

type Owner = { pid: number; started: string }

/**
 * Claims the data folder for this process; throws a sentence while another living Gatehouse holds it.
 * Without this a second start would take the first one's database away as if it were left over.
 */
export async function claim(dataDir: string): Promise<void> {
  const file = join(dataDir, 'owner.json')
  const mine: Owner = { pid: process.pid, started: await startOf(process.pid) }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(file, JSON.stringify(mine), { flag: 'wx', mode: 0o644 })
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const other = await livingOwner(dataDir)
    if (other !== undefined && other !== process.pid) {
      throw new Error(
        `Another Gatehouse (process ${other}) is using the database in ${dataDir}: stop it first, or choose another folder.`,
      )
    }
    await rm(file, { force: true })
  }
  throw new Error(`Several processes are starting on ${dataDir} at once: try again.`)
}

/** The living process that has claimed the folder. */
export async function livingOwner(dataDir: string): Promise<number | undefined> {
  const owner = await ownerIn(join(dataDir, 'owner.json'))
  return owner && (await isAlive(owner)) ? owner.pid : undefined
}

/** Gives the data folder back. */
export async function release(dataDir: string): Promise<void> {
  await rm(join(dataDir, 'owner.json'), { force: true })
}

async function ownerIn(file: string): Promise<Owner | undefined> {
  try {
    const owner: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || typeof owner.pid !== 'number')
      return undefined
    return { pid: owner.pid, started: 'started' in owner ? String(owner.started) : '' }
  } catch {
    return undefined
  }
}

async function isAlive(owner: Owner): Promise<boolean> {
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  return (await startOf(owner.pid)) === owner.started
}

/** When a process began, in the kernel's own words: tells a process from a later one that got the same number. */
async function startOf(pid: number): Promise<string> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return `${boot.trim()}:${fields[19]}`
  } catch {
    return ''
  }
}
