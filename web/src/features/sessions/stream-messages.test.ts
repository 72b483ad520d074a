import { frame, frameKinds, largestInput, streamCloses } from '@gatehouse/shared/sessions/terminal-frames'
import { describe, expect, test } from 'vitest'
import { afterClose, binaryInput, inputFrames, readMessage, replayFilter, waitBefore } from './stream-messages.ts'

const sent = (kind: number, payload: Uint8Array) => new Uint8Array([kind, ...payload]).buffer
const notice = (value: unknown) => sent(frameKinds.notice, new TextEncoder().encode(JSON.stringify(value)))

describe('frames of the relay', () => {
  test('are read by their first byte', () => {
    expect(readMessage(sent(frameKinds.data, new Uint8Array([52, 50])))).toEqual({
      kind: 'data',
      bytes: new Uint8Array([52, 50]),
    })
    expect(readMessage(sent(frameKinds.lease, new Uint8Array([30])))).toEqual({ kind: 'lease', seconds: 30 })
    expect(readMessage(notice({ kind: 'watchers', names: ['Clara Meier'] }))).toEqual({
      kind: 'notice',
      notice: { kind: 'watchers', names: ['Clara Meier'] },
    })
  })
  test.each([
    ['an empty frame', new ArrayBuffer(0)],
    ['an unknown kind', sent(0x7f, new Uint8Array([1]))],
    ['a lease without its byte', sent(frameKinds.lease, new Uint8Array())],
    ['an exit, which is for the relay', sent(frameKinds.exit, new Uint8Array(4))],
    ['a notice that is no JSON', sent(frameKinds.notice, new Uint8Array([123]))],
    ['a notice of null', notice(null)],
    ['a notice of an unknown state', notice({ kind: 'state', state: 'lively' })],
    ['watchers that are no names', notice({ kind: 'watchers', names: [{}] })],
    ['a size without numbers', notice({ kind: 'size', columns: '80', rows: 24 })],
  ])('%s is dropped', (_, buffer) => expect(readMessage(buffer)).toBeUndefined())
})

describe('input', () => {
  test('is cut into pieces the relay accepts, and nothing is lost', () => {
    const pasted = Uint8Array.from({ length: 2 * largestInput + 7 }, (_, at) => at % 251)
    const frames = inputFrames(pasted)
    expect(frames.map((one) => one.length)).toEqual([largestInput + 1, largestInput + 1, 8])
    expect(frames.every((one) => one[0] === frameKinds.data)).toBe(true)
    expect(Uint8Array.from(frames.flatMap((one) => [...one.subarray(1)]))).toEqual(pasted)
  })
  test('of one key is one frame, and none makes none', () => {
    expect(inputFrames(new Uint8Array([3]))).toEqual([frame(frameKinds.data, new Uint8Array([3]))])
    expect(inputFrames(new Uint8Array())).toEqual([])
  })
  test('of bytes above 127 stays what it was', () => {
    expect(binaryInput('\x1b[M\xff\x80')).toEqual(new Uint8Array([0x1b, 0x5b, 0x4d, 0xff, 0x80]))
  })
})

describe('AP14 what was said before is never answered', () => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  const bytes = (of: string) => new TextEncoder().encode(of)
  test('the announced bytes are old, also where they end within a frame', () => {
    const filter = replayFilter()
    filter.announce(5)
    const first = filter.split(bytes('abc'))
    expect([text(first.old), text(first.now)]).toEqual(['abc', ''])
    const second = filter.split(bytes('defg'))
    expect([text(second.old), text(second.now)]).toEqual(['de', 'fg'])
    expect(text(filter.split(bytes('h')).now)).toBe('h')
  })
})

describe('a closed stream', () => {
  test('says whether to come back', () => {
    expect(afterClose(streamCloses.ended)).toBe('ended')
    expect(afterClose(streamCloses.replaced)).toBe('replaced')
    expect(afterClose(streamCloses.notAllowed)).toBe('refused')
    expect([streamCloses.tooSlow, 1000, 1001, 1006, 1011].map(afterClose)).toEqual(Array(5).fill('reconnect'))
  })
  test('is tried again at growing distances', () => {
    expect([1, 2, 3, 4, 5, 6].map(waitBefore)).toEqual([400, 800, 1_600, 3_200, 5_000, 5_000])
  })
})
