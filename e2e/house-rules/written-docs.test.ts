import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { writtenDocs } from '../../scripts/written-docs.ts'

test.each(Object.entries(writtenDocs()))('%s says what the tables say; else run pnpm docs', async (path, text) => {
  expect(await readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')).toBe(text)
})
