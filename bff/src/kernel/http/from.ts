import { BlockList, isIP, isIPv6 } from 'node:net'

/** `::ffff:192.0.2.1` is an IPv4 address that came through an IPv6 socket. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** A list of proxies whose word counts, from CIDRs and addresses; throws on what is neither. */
export const proxiesOf = (texts: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', bits] = text.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    const most = family === 'ipv6' ? 128 : 32
    if (!isIP(address) || (bits !== undefined && (!/^\d+$/.test(bits) || Number(bits) > most)))
      throw new Error('is not a list of addresses and CIDR ranges')
    list.addSubnet(address, bits === undefined ? most : Number(bits), family)
  }
  return list
}

const trusts = (proxies: BlockList, address: string): boolean =>
  isIP(address) !== 0 && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

/**
 * Where a request comes from: the socket's other end. Only where that is a proxy of ours does `X-Forwarded-For` count,
 * and of it only the right-most address that is no proxy of ours: what stands further left was written by strangers.
 */
export const whereFrom = (proxies: BlockList, socket: string | undefined, forwarded: string | undefined): string => {
  let from = plain(socket ?? '')
  const hops = (forwarded ?? '').split(',').map((hop) => plain(hop.trim()))
  while (trusts(proxies, from)) {
    const hop = hops.pop()
    if (hop === undefined || !isIP(hop)) break
    from = hop
  }
  return from
}

/** What the limits count by: the address, of IPv6 its network of 64 bits, because nobody has fewer. */
export const sourceOf = (address: string): string => {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? []
  const parts = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const [left, right] = [parts(head), parts(tail)]
  const full =
    tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${full
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`
}
