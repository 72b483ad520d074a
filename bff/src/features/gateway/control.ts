import { agentPaths, largestControlFrame } from '@gatehouse/shared/agent/messages'
import { Refused } from '../../kernel/errors.ts'
import { upgrade } from '../../kernel/http/upgrades.ts'
import type { KnownDevice } from '../devices/door.ts'
import { ControlConnection } from './connection.ts'
import { authenticateDevice } from './door.ts'
import { hubOf } from './hub.ts'
import { mostConnections } from './limits.ts'

/** The control connection of a device: the same messages as a check-in, at once and both ways. */
export const controlDoor = upgrade<{ device: KnownDevice; from: string }>({
  path: agentPaths.control,
  maxPayload: largestControlFrame,
  face: 'devices',
  guard: 'a device, by its signed assertion',
  admit: async (house, { request, from }) => {
    if (hubOf(house).connections.size >= mostConnections) throw new Refused('unavailable')
    return { device: await authenticateDevice(house, request.headers.authorization, from), from }
  },
  serve: (house, socket, { device, from }) => {
    new ControlConnection(house, hubOf(house), socket, device, from).open()
  },
})
