import { connect, type Socket } from 'node:net'

/** An answer as it came over the wire, without what differs from one to the next. */
export interface Told {
  status: number
  headers: string[]
  body: string
}

const plain = (text: string): Told => {
  const [head = '', body = ''] = [text.split('\r\n\r\n')[0], text.slice(text.indexOf('\r\n\r\n') + 4)]
  const [first = '', ...headers] = head.split('\r\n')
  return {
    status: Number(first.split(' ')[1] ?? 0),
    headers: headers.filter((line) => !/^(date|sec-websocket-accept):/i.test(line)),
    body: body.replace(/"correlationId":"[^"]*"/, '"correlationId":""'),
  }
}

/** How long the whole of an answer is: its head and as much as it says, or nothing where that is not known yet. */
const isWhole = (text: string): boolean => {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = text.slice(0, end)
  if (/^HTTP\/1\.1 (101|204|304)/.test(head)) return true
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  if (length !== undefined) return Buffer.byteLength(text.slice(end + 4)) >= Number(length)
  return /transfer-encoding: chunked/i.test(head)
    ? text.endsWith('0\r\n\r\n') || /text\/event-stream/.test(head)
    : false
}

/** Writes bytes to the server as they are, and reads one answer. */
export const sendRaw = (url: string, bytes: string): Promise<Told> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    let text = ''
    const socket: Socket = connect(Number(port), hostname, () => socket.write(bytes))
    const done = () => {
      socket.destroy()
      resolve(plain(text))
    }
    socket.setEncoding('utf8')
    socket.on('data', (data) => {
      text += data
      if (isWhole(text)) done()
    })
    socket.on('close', done)
    socket.on('error', reject)
  })

const lines = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')

/** A request whose path no client has tidied up. */
export const askRaw = (
  url: string,
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Told> => {
  const about: Record<string, string> = body
    ? { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
    : {}
  const all = { host: new URL(url).host, ...about, connection: 'close', ...headers }
  return sendRaw(url, `${method} ${target} HTTP/1.1\r\n${lines(all)}\r\n${body}`)
}

/** Asks for a WebSocket, and leaves as soon as there is an answer. */
export const knock = (url: string, target: string, headers: Record<string, string> = {}): Promise<Told> =>
  askRaw(url, 'GET', target, {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  })
