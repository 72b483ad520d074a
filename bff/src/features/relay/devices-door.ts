import { frameKinds, largestFrame, streamCloses } from '@gatehouse/shared/sessions/terminal-frames'
import type { WebSocket } from 'ws'
import { entry } from '../../kernel/audit/append.ts'
import { note } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import { upgrade } from '../../kernel/http/upgrades.ts'
import type { KnownDevice } from '../devices/door.ts'
import { authenticateDevice } from '../gateway/door.ts'
import { hasChannel, type KnownSession, sessionById } from '../sessions/door.ts'
import { byDevice } from './by.ts'
import { relayOf } from './relay.ts'

interface Admitted {
  known: KnownSession
  from: string
}

/** A device may take so long to say its epoch. */
const silence = 10_000

/** `device` is its session where there is one that it may know of. */
const refused = (house: House, device: KnownDevice, from: string, because: string): Promise<void> =>
  note(house, [
    entry({
      by: byDevice(device, from),
      event: 'stream.refused',
      fields: { because },
      about: device.about,
      outcome: 'refused',
    }),
  ])

/** The epoch in the first frame of a stream, or `undefined` where that is another frame. */
const readEpoch = (data: Buffer, isBinary: boolean): number | undefined =>
  isBinary && data.length === 5 && data[0] === frameKinds.epoch ? data.readUInt32BE(1) : undefined

const serve = (house: House, socket: WebSocket, { known, from }: Admitted): void => {
  socket.on('error', () => socket.terminate())
  let onFrame: ((data: Buffer, isBinary: boolean) => void) | undefined
  let first = true
  // clock: how long a silent stream is kept, never what is true
  const timer = setTimeout(() => socket.terminate(), silence)
  socket.on('close', () => clearTimeout(timer))
  socket.on('message', (data, isBinary) => {
    if (onFrame) return onFrame(data as Buffer, isBinary)
    if (!first) return
    first = false
    clearTimeout(timer)
    const epoch = readEpoch(data as Buffer, isBinary)
    if (epoch === known.row.epoch) {
      onFrame = relayOf(house).serveDevice(socket, known)
      return
    }
    socket.close(streamCloses.notAllowed, 'epoch')
    const because = epoch === undefined ? 'it did not tell its epoch first' : `epoch ${epoch} is not the session's`
    refused(house, known, from, because).catch((err: unknown) => house.log.error({ err }, 'not noted'))
  })
}

/** The streams of devices: each one of a session of its own, under that session's epoch. */
export const deviceStreams = upgrade<Admitted>({
  path: '/agent/v1/streams/:sessionId/:channel',
  maxPayload: largestFrame + 1,
  face: 'devices',
  guard: 'a device, by its signed assertion, for a session of its own',
  admit: async (house, { params, request, from }) => {
    const device = await authenticateDevice(house, request.headers.authorization, from)
    const known = await sessionById(house.db, params.sessionId ?? '')
    if (!known || known.deviceId !== device.deviceId || !hasChannel(known.row, params.channel ?? '')) {
      await refused(house, device, from, 'it is no session of this device')
      throw new Refused('not_found')
    }
    // Nothing resumes by itself: a device's stream opens with its session, and never again.
    if (known.row.state !== 'opening' || relayOf(house).hasDevice(known.row.id)) {
      await refused(house, known, from, 'the session is not being opened')
      throw new Refused('wrong_state')
    }
    return { known, from }
  },
  serve,
})
