import { AgentError } from '../errors.ts'

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The server's origin; throws a sentence where it is none, or where what is said could be read on the way. */
export const serverAddress = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new AgentError(`${text} is not the address of a server.`)
  if (url.username || url.password || url.pathname !== '/' || url.search || url.hash) {
    throw new AgentError('Give the address of the server alone, as https://gatehouse.example')
  }
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw new AgentError(`${url.origin} is not encrypted. Use https:// (http:// is for this machine only).`)
  }
  return url
}

/**
 * The proxy on the way to `server`, or `undefined` for the direct way: none for this machine itself, nor for hosts,
 * suffixes (`.example.com`) or `*` in the comma-separated list `none`.
 */
export const proxyFor = (server: URL, proxy: { https?: string | undefined; none: string }): URL | undefined => {
  if (!proxy.https || loopback.test(server.hostname)) return undefined
  const port = server.port || '443'
  const direct = proxy.none.split(/[\s,]+/).some((entry) => {
    const [, host = '', onPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
    if (!host || (onPort && onPort !== port)) return false
    const suffix = host.replace(/^\*?\.?/, '')
    return host === '*' || server.hostname === suffix || server.hostname.endsWith(`.${suffix}`)
  })
  if (direct) return undefined
  const address = proxy.https.includes('://') ? proxy.https : `http://${proxy.https}`
  if (!URL.canParse(address)) throw new AgentError('HTTPS_PROXY is not an address.')
  return new URL(address)
}
