import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { serveParent } from './parent.ts'

/** The reference of the relay: the first two sockets, joined, and nothing else. */
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
const pair: WebSocket[] = []
sockets.on('connection', (socket) => {
  pair.push(socket)
  const [a, b] = pair
  if (!a || !b) return
  a.on('message', (data) => b.send(data))
  b.on('message', (data) => a.send(data))
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  serveParent({ url: `ws://127.0.0.1:${port}` }, async () => server.closeAllConnections())
})
