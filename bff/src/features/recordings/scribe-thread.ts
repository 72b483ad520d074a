import { open } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import { encodeCast } from './cast.ts'
import { hashPart, pathOfPart, syncFolder } from './files.ts'
import type { ScribeAnswer, ScribeOrder } from './scribe-orders.ts'

/** Encodes, hashes and writes the parts of recordings, on a core of its own where there is one. */
const say = (answer: ScribeAnswer, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(answer, transfer)

const write = async ({ id, folder, part, header, batch, rest: before }: ScribeOrder): Promise<void> => {
  const { text, rest } = encodeCast(batch, before)
  const bytes = header === undefined ? text : Buffer.concat([Buffer.from(header), text])
  const handle = await open(pathOfPart(folder, part), 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    const buffer = batch.bytes.buffer as ArrayBuffer
    say({ id, kind: 'written', bytes: bytes.length, hash: hashPart(bytes), rest, buffer }, [buffer])
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
