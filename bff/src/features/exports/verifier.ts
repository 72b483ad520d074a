import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const built = fileURLToPath(new URL('../../../../verify/dist/', import.meta.url))

/** The verifier as it goes into a bundle: a command and a page. What was not built is left out. */
export const verifierFiles = async (folder = built): Promise<[name: string, bytes: Uint8Array][]> => {
  const names = ['gatehouse-verify.mjs', 'verify.html']
  const read = names.map(async (name): Promise<[string, Uint8Array] | undefined> => {
    try {
      return [name, await readFile(`${folder}/${name}`)]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  })
  return (await Promise.all(read)).filter((one) => one !== undefined)
}
