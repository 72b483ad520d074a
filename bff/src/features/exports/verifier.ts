import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { besideFolder } from '@gatehouse/shared/audit/beside'

const built = fileURLToPath(new URL('../../../../verify/dist/', import.meta.url))

/** The verifier as it goes into a bundle: a command and a page, by their names there. What was not built is left out. */
export const verifierFiles = async (folder = built): Promise<ReadonlyMap<string, Uint8Array>> => {
  const names = ['gatehouse-verify.mjs', 'verify.html']
  const read = names.map(async (name): Promise<[string, Uint8Array] | undefined> => {
    try {
      return [`${besideFolder}${name}`, await readFile(`${folder}/${name}`)]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  })
  return new Map((await Promise.all(read)).filter((one) => one !== undefined))
}
