const period = 30
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The bytes of base32 text (RFC 4648) without padding. */
export const bytesOf = (base32: string): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(Math.floor((base32.length * 5) / 8))
  let bits = 0
  let buffer = 0
  let at = 0
  for (const letter of base32) {
    buffer = ((buffer << 5) | alphabet.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (buffer >> bits) & 0xff
  }
  return bytes
}

/** The one-time code (RFC 6238, SHA-1, 30 s) at `now`, ms since the epoch. */
export const codeAt = async (secret: Uint8Array<ArrayBuffer>, now: number, digits = 6): Promise<string> => {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(Math.floor(now / 1_000 / period)))
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter))
  const number = mac.getUint32(mac.getUint8(mac.byteLength - 1) & 0xf) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** Whole seconds until the next code. */
export const secondsLeft = (now: number): number => period - (Math.floor(now / 1_000) % period)
