import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net'

/** A network of a list before it is stored. */
export interface Network {
  /** Address and length, as `networkOf` writes it. */
  cidr: string
  note: string
}

type Family = 'ipv4' | 'ipv6'
const familyOf = (address: string): Family => (isIPv6(address) ? 'ipv6' : 'ipv4')
const longest: Record<Family, number> = { ipv4: 32, ipv6: 128 }
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/

/** One way to write an address: short, and IPv4 for what came as IPv4 through an IPv6 socket. `undefined` for no address. */
export const plainAddress = (text: string): string | undefined => {
  if (isIP(text) === 0) return undefined
  const { address } = new SocketAddress({ address: text, family: familyOf(text) })
  return mapped.exec(address)?.[1] ?? address
}

/** An address as pages show it; what is none stays as it came. */
export const shownAddress = (text: string): string => plainAddress(text) ?? text

/** The bytes of an address that `plainAddress` wrote. */
const bytesOf = (address: string): number[] => {
  if (!isIPv6(address)) return address.split('.').map(Number)
  const hex = address.replace(/\d+\.\d+\.\d+\.\d+$/, (tail) => {
    const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [left = [], right] = hex.split('::').map((half) => (half ? half.split(':') : []))
  const gap = right ? Array<string>(8 - left.length - right.length).fill('0') : []
  return [...left, ...gap, ...(right ?? [])].flatMap((word) => {
    const value = Number.parseInt(word, 16)
    return [value >> 8, value & 255]
  })
}

const textOf = (bytes: readonly number[]): string => {
  if (bytes.length === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16))
  return new SocketAddress({ address: words.join(':'), family: 'ipv6' }).address
}

/** The address with every bit behind the first `bits` set to zero. */
const networkAddress = (address: string, bits: number): string =>
  textOf(
    bytesOf(address).map((byte, i) => {
      const kept = Math.min(8, Math.max(0, bits - 8 * i))
      return byte & (256 - 2 ** (8 - kept))
    }),
  )

const says = {
  nothing: 'Write an address like 192.0.2.7, or a network like 192.0.2.0/24 or 2001:db8::/32.',
  zone: 'Write the address without its zone (what stands behind %).',
} as const

/**
 * A network as it is kept and shown, from what a person typed: `192.0.2.7` is 192.0.2.7/32. Bits beyond the network are
 * not cut off in silence, because one address and the whole network were both meant that way before: `says` asks which.
 */
export const networkOf = (text: string): { cidr: string } | { says: string } => {
  const [typed = '', length, ...more] = text.trim().split('/')
  if (typed.includes('%')) return { says: says.zone }
  const address = plainAddress(typed)
  if (address === undefined || more.length > 0) return { says: says.nothing }
  const most = longest[familyOf(address)]
  // ::ffff:192.0.2.0/120 is 192.0.2.0/24.
  const bits = length === undefined ? most : Number(length) - (longest[familyOf(typed)] - most)
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || bits < 0 || bits > most))
    return {
      says: `The number behind the slash goes from ${longest[familyOf(typed)] - most} to ${longest[familyOf(typed)]}.`,
    }
  const network = networkAddress(address, bits)
  if (network !== address)
    return {
      says: `${text.trim()} is an address inside a network. Write ${network}/${bits} for the whole network, or ${address} for this one address.`,
    }
  return { cidr: `${network}/${bits}` }
}

/** True where an address is let in: by an empty list everywhere; by any other list only addresses inside one of its networks. */
export const letsIn = (cidrs: readonly string[], from: string): boolean => {
  if (cidrs.length === 0) return true
  const address = plainAddress(from)
  if (address === undefined) return false
  const family = familyOf(address)
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/')
    // Of one family only: ::/0 is every IPv6 address, and does not let IPv4 in by the way.
    if (familyOf(network) === family) list.addSubnet(network, Number(bits), family)
  }
  return list.check(address, family)
}

/** A list in the words of the log. */
export const listWords = (networks: readonly Network[]): string =>
  networks.map(({ cidr, note }) => (note ? `${cidr} “${note}”` : cidr)).join(', ') || 'everywhere'

/** A list in the order in which it is kept and shown: IPv4 first, by address, the wider network first. */
export const inOrder = <N extends { cidr: string }>(networks: readonly N[]): N[] => {
  const rank = ({ cidr }: N): string => {
    const [address = '', bits = ''] = cidr.split('/')
    return [isIPv6(address) ? 6 : 4, ...bytesOf(address), Number(bits)]
      .map((part) => String(part).padStart(3, '0'))
      .join('.')
  }
  return [...networks].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
