import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { AgentError } from './errors.ts'
import { files, type Home } from './home.ts'

/** What can be asked of a running agent on its own machine; needs no server and no network. */
export interface LocalDesk {
  status(): unknown
  'stop-sessions'(): Promise<{ ended: number }>
}
export type LocalQuestion = keyof LocalDesk

/** The longest name of a socket that every system takes. */
const longestPath = 100
const patience = 5_000

const socketPath = (home: Home): string => {
  if (process.platform === 'win32') return `\\\\.\\pipe\\${home.folder.replaceAll(/[^A-Za-z0-9]/g, '-')}`
  const path = home.path(files.socket)
  if (Buffer.byteLength(path) <= longestPath) return path
  throw new AgentError(`The path of the home folder ${home.folder} is too long (at most ${longestPath - 12} bytes).`)
}

/** Opens the desk in the home folder, where only its owner reaches it; throws where another agent has it open. */
export const openLocalDesk = async (home: Home, desk: LocalDesk): Promise<Server> => {
  const path = socketPath(home)
  if ((await askLocally(home, 'status')) !== undefined) {
    throw new AgentError(`Another agent is running in ${home.folder}.`)
  }
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const server = createServer((socket) => void serve(socket, desk))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  return server
}

const isQuestion = (text: string, desk: LocalDesk): text is LocalQuestion => Object.hasOwn(desk, text)

const serve = async (socket: Socket, desk: LocalDesk): Promise<void> => {
  socket.on('error', () => undefined)
  const question = await firstLine(socket)
  const answer = isQuestion(question, desk) ? await desk[question]() : {}
  socket.end(`${JSON.stringify(answer)}\n`)
}

const firstLine = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('utf8').slice(0, 100_000)
      if (text.includes('\n') || text.length > 100_000) resolve(text.split('\n', 1)[0] ?? '')
    })
    socket.on('close', () => resolve(text))
  })

/** The answer of the agent that runs in this home, or `undefined` where none does; rejects where it does not answer. */
export const askLocally = async (home: Home, question: LocalQuestion): Promise<unknown> => {
  const socket = connect(socketPath(home))
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  if (!connected) return undefined
  socket.on('error', () => undefined)
  socket.setTimeout(patience, () => socket.destroy())
  socket.write(`${question}\n`)
  const answer = await firstLine(socket)
  socket.destroy()
  if (!answer) throw new AgentError(`The agent in ${home.folder} does not answer. End its process to end its sessions.`)
  return JSON.parse(answer)
}
