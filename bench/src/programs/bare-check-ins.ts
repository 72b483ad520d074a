import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { agentPaths, CheckIn, type ServerMessage } from '@gatehouse/shared/agent/messages'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { WebSocketServer } from 'ws'
import { serveParent } from './parent.ts'

/** The reference of the check-ins: the language is read and acknowledged, and nothing else is done. */
const acknowledge = (text: string): ServerMessage => ({ ack: CheckIn.parse(JSON.parse(text)).messages.at(-1)?.seq })

const app = new Hono().post(agentPaths.checkIn, async (c) => c.json(acknowledge(await c.req.text())))
const server = createServer(getRequestListener(app.fetch))
const sockets = new WebSocketServer({ server, path: agentPaths.control, perMessageDeflate: false })
sockets.on('connection', (socket) =>
  socket.on('message', (data) => socket.send(JSON.stringify(acknowledge(String(data))))),
)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  serveParent({ url: `http://127.0.0.1:${port}` }, async () => server.closeAllConnections())
})
