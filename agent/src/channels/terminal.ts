import { frameKinds, largestFrame, largestInput, readSize } from '@gatehouse/shared/sessions/terminal-frames'
import type { Channel } from './channel.ts'
import { openShell, type Shell, type ShellSettings } from './shell.ts'
import { openStream, type Stream } from './stream.ts'

/** The shell pauses while the network holds more bytes than this … */
const tooMuch = 256 * 1024
/** … and goes on when it holds fewer than this. */
const littleEnough = 64 * 1024
/** Input that a program does not read is dropped past so many bytes: the stream must go on hearing its lease. */
const mostUnread = 1024 * 1024

/** A real shell behind a stream; ends when the stream, the shell or `signal` does. */
export const terminal =
  (settings: ShellSettings): Channel =>
  async (tools, grant, signal) => {
    let shell: Shell | undefined
    let stream: Stream | undefined
    const onFrame = (kind: number, payload: Uint8Array) => shell !== undefined && take(shell, kind, payload)
    try {
      stream = await openStream(tools, grant, 'terminal', onFrame, signal)
      signal.throwIfAborted()
      shell = openShell(settings)
      tools.log.info({ sessionId: grant.sessionId, pid: shell.pid }, 'shell opened')
      forward(shell, stream)
      return await Promise.race([stream.over, whenAborted(signal), exitOf(shell, stream)])
    } finally {
      stream?.close('ended by the device')
      await shell?.end()
    }
  }

/** Input and size from the relay; false for anything else. */
const take = (shell: Shell, kind: number, payload: Uint8Array): boolean => {
  if (kind === frameKinds.data && payload.length <= largestInput) {
    if (shell.backlog() < mostUnread) shell.write(payload)
    return true
  }
  const size = kind === frameKinds.resize ? readSize(payload) : undefined
  if (size) shell.resize(size.columns, size.rows)
  return size !== undefined
}

/** Output to the relay, no faster than the network takes it. */
const forward = (shell: Shell, stream: Stream): void => {
  let paused = false
  const sent = () => {
    if (!paused || stream.buffered() > littleEnough) return
    paused = false
    shell.resume()
  }
  shell.onData((bytes) => {
    for (let at = 0; at < bytes.length; at += largestFrame) {
      stream.send(frameKinds.data, bytes.subarray(at, at + largestFrame), sent)
    }
    if (paused || stream.buffered() <= tooMuch) return
    paused = true
    shell.pause()
  })
}

const exitOf = async (shell: Shell, stream: Stream): Promise<string> => {
  const code = await shell.exited
  const payload = new Uint8Array(4)
  new DataView(payload.buffer).setInt32(0, code)
  await new Promise<void>((resolve) => stream.send(frameKinds.exit, payload, resolve))
  return `the shell ended with ${code}`
}

const whenAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(String(signal.reason))
    signal.addEventListener('abort', () => resolve(String(signal.reason)), { once: true })
  })
