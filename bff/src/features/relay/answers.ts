const esc = '\\x1b'
/** Reports a terminal sends by itself when it is asked: device attributes, status, cursor, modes, colours, strings. */
const answer = new RegExp(
  `^(?:${esc}\\[[?>=]?[\\d;]*(?:[cRnt]|\\$y)|${esc}[P\\]_][^\\x07\\x1b]{0,200}(?:\\x07|${esc}\\\\))+$`,
)

/**
 * True for input that nobody typed: what the browser's terminal answers to the device's questions, and nothing beside
 * it. It goes to the device, but it is no gesture, or a device could keep its technician signed in.
 */
export const isAnswer = (frame: Uint8Array): boolean =>
  frame[1] === 0x1b &&
  frame.length <= 1_024 &&
  answer.test(Buffer.from(frame.buffer, frame.byteOffset + 1, frame.length - 1).toString('latin1'))
