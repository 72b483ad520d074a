import { open } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { encodeCast } from './cast.ts'
import { hashPart, pathOfPart, syncFolder } from './files.ts'
import type { ScribeAnswer, ScribeOrder } from './scribe-orders.ts'

const say = (answer: ScribeAnswer): void => parentPort?.postMessage(answer)

/** What the last part was encoded in; one that is being written at the same time makes its own. */
let spare: Buffer | undefined
const most = 8 * 1024 * 1024

/** Encodes, hashes and writes one part of a recording, on a core of its own where there is one. */
const write = async ({ id, folder, part, header, batch, rest: before }: ScribeOrder): Promise<void> => {
  const into = spare
  spare = undefined
  const { text, rest } = encodeCast(batch, before, header, into)
  const hash = hashPart(text)
  const handle = await open(pathOfPart(folder, part), 'wx', 0o600)
  try {
    await handle.writeFile(text)
    if (text.buffer.byteLength <= most) spare = Buffer.from(text.buffer)
    say({ id, kind: 'written', bytes: text.length, hash, rest })
    await handle.sync()
  } finally {
    await handle.close()
  }
  await syncFolder(folder)
  say({ id, kind: 'synced' })
}

parentPort?.on('message', (order: ScribeOrder) => {
  write(order).catch((error: unknown) => {
    const because = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : 'unknown'
    say({ id: order.id, kind: 'failed', because })
  })
})
