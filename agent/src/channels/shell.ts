import { writeSync } from 'node:fs'
import { type IPty, spawn } from '@lydell/node-pty'
import { AgentError } from '../errors.ts'
import { endProcesses } from './process-tree.ts'

/** A real shell in a pseudo-terminal. */
export interface Shell {
  readonly pid: number
  onData(listener: (bytes: Buffer) => void): void
  /** Bytes still to be taken by the terminal are counted by `backlog`. */
  write(bytes: Uint8Array): void
  backlog(): number
  resize(columns: number, rows: number): void
  pause(): void
  resume(): void
  /** Resolves with the exit code when the shell has ended and all its output was heard. */
  readonly exited: Promise<number>
  /** Ends the shell and everything started in it; resolves when nothing of it is left. */
  end(): Promise<void>
}

export interface ShellSettings {
  path: string
  environment: Record<string, string>
  folder: string
  /** Another user than the agent's own; see `prepareForUser`. */
  user?: { uid: number; gid: number } | undefined
  /** From the polite to the final signal, ms. */
  patience: number
}

const retryMs = 5

/** Makes this process ready to open shells as another user; throws a sentence where it cannot. */
export const prepareForUser = (): void => {
  if (process.getuid?.() !== 0)
    throw new AgentError('agent.json: only an agent that runs as root opens shells as another user.')
  // A shell inherits the further groups of this process; root needs none.
  process.setgroups?.([])
}

/** Starts a shell of 80 × 24; its output is bytes, undecoded. */
export const openShell = ({ path, environment, folder, user, patience }: ShellSettings): Shell => {
  const pty = spawn(path, [], {
    name: 'xterm-256color',
    cols: 80,
    rows: 24,
    cwd: folder,
    env: { ...environment, TERM: 'xterm-256color' },
    encoding: null,
    ...user,
  })
  const input = inputOf(pty)
  let hasExited = false
  const exited = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      hasExited = true
      input.close()
      resolve(signal ? 128 + signal : exitCode)
    })
  })
  return {
    pid: pty.pid,
    // With `encoding: null` the package hands over buffers, whatever its types say.
    onData: (listener) => void pty.onData((bytes) => listener(bytes as unknown as Buffer)),
    write: input.write,
    backlog: input.backlog,
    resize: (columns, rows) => {
      if (!input.closed()) pty.resize(columns, rows)
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    exited,
    end: async () => {
      input.close()
      // The package tells of the end only when all output was read.
      pty.resume()
      await endProcesses(pty.pid, patience, () => hasExited)
    },
  }
}

/** What the package has on systems with pseudo-terminals, beyond its types. */
interface UnixPty {
  fd: number
  _socket: { destroyed: boolean }
}

/**
 * Input to the terminal that never blocks. The package's own `write` waits inside libuv while the program in the
 * terminal does not read (raw mode), and with it the whole agent, leases and all.
 */
const inputOf = (pty: IPty) => {
  const unix = process.platform === 'win32' ? undefined : (pty as unknown as UnixPty)
  let queue: Uint8Array[] = []
  let closed = false
  let retry: NodeJS.Timeout | undefined

  const flush = (): void => {
    retry = undefined
    while (unix && !closed && !unix._socket.destroyed) {
      const piece = queue[0]
      if (!piece) return
      const taken = tryWrite(unix.fd, piece)
      if (taken === piece.length) queue.shift()
      else {
        queue[0] = piece.subarray(taken)
        retry = setTimeout(flush, retryMs)
        return
      }
    }
    queue = []
  }
  return {
    write: (bytes: Uint8Array): void => {
      if (closed) return
      if (unix) queue.push(bytes)
      else pty.write(Buffer.from(bytes).toString('utf8'))
      if (!retry) flush()
    },
    backlog: () => queue.reduce((sum, { length }) => sum + length, 0),
    closed: () => closed,
    close: () => {
      closed = true
      queue = []
      clearTimeout(retry)
    },
  }
}

/** Bytes that the terminal took at once; a terminal that is full or gone takes none. */
const tryWrite = (fd: number, bytes: Uint8Array): number => {
  try {
    return writeSync(fd, bytes)
  } catch {
    return 0
  }
}
