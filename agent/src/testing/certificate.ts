import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** One DER value: tag, length, content. */
const der = (tag: number, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const sequence = (...content: Uint8Array[]) => der(0x30, ...content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const utcTime = (time: Date) =>
  der(
    0x17,
    Buffer.from(
      `${time
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )
const isTrue = der(0x01, Buffer.from([0xff]))

interface Wish {
  host: string
  validFrom?: Date
  validUntil?: Date
}
const day = 86_400_000

/** A self-signed server certificate (P-256) for one host name, made without any tool; trusted by whoever is told to. */
export const certificateFor = ({
  host,
  validFrom = new Date(Date.now() - day),
  validUntil = new Date(Date.now() + day),
}: Wish): { key: string; cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(host)))))
  const alternativeName = sequence(oid('551d11'), der(0x04, sequence(der(0x82, Buffer.from(host)))))
  const isAuthority = sequence(oid('551d13'), isTrue, der(0x04, sequence(isTrue)))
  const serial = der(0x02, Buffer.from([0x01, ...randomBytes(8)]))
  const version3 = der(0xa0, der(0x02, Buffer.from([2])))
  const validity = sequence(utcTime(validFrom), utcTime(validUntil))
  const key = publicKey.export({ type: 'spki', format: 'der' })
  const extensions = der(0xa3, sequence(alternativeName, isAuthority))
  const content = sequence(version3, serial, ecdsaWithSha256, name, validity, name, key, extensions)
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  const text = sequence(content, ecdsaWithSha256, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  }
}
