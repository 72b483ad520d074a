import { chown, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { asServer, type Cluster } from './embedded-programs.ts'

/** Starts the postmaster with our settings, on the given port or a free one, which is returned; throws its last words. */
export async function start(
  cluster: Cluster,
  options: { port?: number; settings?: Record<string, string> },
): Promise<number> {
  cluster.log('Starting PostgreSQL')
  const serverLog = join(cluster.pgdata, 'server.log')
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort())
    await configure(cluster, port, options.settings)
    await rename(serverLog, `${serverLog}.1`).catch(() => undefined)
    const args = ['start', '-D', cluster.pgdata, '-l', serverLog, '-w', '-t', '60']
    const { code, output } = await asServer(cluster, 'pg_ctl', args)
    if (code === 0) return port
    const why = await readFile(serverLog, 'utf8').catch(() => output)
    // Somebody took the free port between our look and PostgreSQL's
    if (options.port === undefined && attempt < 3 && why.includes('could not bind')) continue
    throw new Error(`PostgreSQL did not start in ${cluster.dataDir}: ${why.trim().split('\n').slice(-5).join(' | ')}`)
  }
}

async function configure({ pgdata, user }: Cluster, port: number, extra: Record<string, string> = {}): Promise<void> {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    synchronous_commit: 'on',
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A dead peer must not hold locks for the two hours of the kernel's default
    tcp_keepalives_idle: '30',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '3',
    ...extra,
  }
  const file = join(pgdata, 'gatehouse.conf')
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  await writeFile(file, `# Written at every start; changes here are lost\n${lines.join('\n')}\n`, { mode: 0o600 })
  if (user) await chown(file, user.uid, user.gid)
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    // listens: for a moment, to be told a free port
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port')),
      )
    })
  })
}
