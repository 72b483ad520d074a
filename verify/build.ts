import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { pageHtml } from './src/page/shell.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** One file of JavaScript with everything in it. */
const bundled = async (entry: string, format: 'es' | 'iife', target: string): Promise<string> => {
  const result = await build({
    root: here('.'),
    configFile: false,
    logLevel: 'warn',
    // What asks where it lies gets no answer: the page is one file, and lies anywhere.
    ...(format === 'iife' && { define: { 'import.meta.url': '""' } }),
    ...(format === 'es' && { ssr: { noExternal: true as const, target: 'node' as const } }),
    build: {
      ssr: format === 'es' ? here(entry) : false,
      target,
      write: false,
      minify: true,
      modulePreload: false,
      rolldownOptions: {
        input: here(entry),
        output: { format, codeSplitting: false },
      },
    },
  })
  const outputs = [result].flat().flatMap((one) => ('output' in one ? one.output : []))
  const chunks = outputs.filter((one) => one.type === 'chunk')
  const [chunk] = chunks
  if (!chunk || chunks.length !== 1) throw new Error(`${entry} became ${chunks.length} files, not one`)
  return chunk.code
}

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** What the page may do: its own script and style, a worker made of that script, and not one connection to anywhere. */
const policyOf = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${digest(script)}`,
    `style-src ${digest(style)}`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types gatehouse-verify',
  ].join('; ')

/** What others wrote of what is in both files, and how they let us hand it on. */
const licences = async (): Promise<string> => {
  const texts = await Promise.all(
    ['@zip.js/zip.js', '@noble/hashes', '@noble/curves', 'zod'].map(async (name) => {
      const from = name.startsWith('@zip') ? here('node_modules/') : here('../shared/node_modules/')
      return `${name}\n\n${(await readFile(`${from}${name}/LICENSE`, 'utf8')).trim()}`
    }),
  )
  // Inside of a comment nothing may look like its end.
  return texts.join('\n\n').replaceAll('--', '- -').replaceAll('*/', '* /')
}

const page = async (): Promise<string> => {
  const code = await bundled('src/page/main.ts', 'iife', 'es2022')
  const style = (await readFile(here('src/page/page.css'), 'utf8')).trim()
  // Where these stand, in a text or in a pattern, the reader of HTML would not read on as a script.
  const script = code.trim().replace(/<(?=\/script|!--)/gi, '\\x3C')
  return pageHtml({ policy: policyOf(script, style), style, script, licences: await licences() })
}

/** Puts a file in its place at once: whoever runs or serves it meanwhile has the one before. */
const put = async (name: string, text: string): Promise<void> => {
  const path = here(`dist/${name}`)
  await writeFile(`${path}.new`, text, { mode: 0o755 })
  await rename(`${path}.new`, path)
}

/** Builds the command and the page, one self-contained file each, into `dist`. */
const main = async (): Promise<void> => {
  await mkdir(here('dist'), { recursive: true })
  const code = await bundled('src/command/main.ts', 'es', 'node20')
  await put('gatehouse-verify.mjs', `#!/usr/bin/env node\n${code.trim()}\n/*\n${await licences()}\n*/\n`)
  await put('verify.html', await page())
}

await main()
