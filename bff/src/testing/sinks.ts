import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'

/** How a text may have been written down: as it is, and as URLs, JSON, HTML and base64 at each offset have it. */
export const formsOf = (secret: string): string[] => {
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.from('x'.repeat(offset) + secret).toString('base64')
    // Only what depends on the secret alone.
    return text.slice(offset === 0 ? 0 : 4, -4)
  })
  const url = encodeURIComponent(secret)
  const plain = [secret, url, url.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1)]
  const html = secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  return [...plain, html, ...base64, ...base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_'))]
}

/** Every file of a copy of the audit logs as text, with the evidence in it as it is hashed. */
export const everythingCopied = async (folder: string): Promise<string> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.segment'))
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const events = texts.flatMap((text) =>
    [...text.matchAll(/"event":"([\w-]+)"/g)].map(([, event = '']) => Buffer.from(event, 'base64url').toString('utf8')),
  )
  return [...texts, ...events].join('\n')
}

/** Every row of every table as text, as the owner of the schema reads it, and the evidence of the log as it is hashed. */
export const everythingIn = async (ownerUrl: string): Promise<string> => {
  const db = postgres(ownerUrl, { max: 1 })
  try {
    const tables =
      await db`select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
    if (tables.length < 20) throw new Error('that is not our schema')
    const texts = await Promise.all(
      tables.map(
        ({ table_name }) => db`select coalesce(string_agg(t::text, E'\n'), '') as text from ${db(table_name)} t`,
      ),
    )
    // As bytes it would stand there in hexadecimal, and nothing would be found in it.
    const [evidence] = await db`select string_agg(convert_from(canonical, 'UTF8'), E'\n') as text from audit_event`
    return [...texts.map(([row]) => row?.text), evidence?.text].join('\n')
  } finally {
    await db.end()
  }
}
