import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { writtenDocs } from './written-docs.ts'

for (const [path, text] of Object.entries(writtenDocs())) {
  await writeFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), text)
  console.log(`wrote ${path}`)
}
