import { hostname, loadavg, uptime } from 'node:os'
import type { Declaration, ItemValue } from '@gatehouse/shared/devices/declaration'
import si from 'systeminformation'
import { words } from '../errors.ts'
import type { Log } from '../log.ts'
import type { MakeDriver, Sink } from './driver.ts'

/** What a probe could not find on this machine is left out. */
type Reading = Record<string, ItemValue | null | undefined>

const tidy = (value: number): number => Math.round(value * 100) / 100
const gibi = (bytes: number): number => tidy(bytes / 2 ** 30)

/** Groups of data items that are read together; a probe runs only when one of its keys is declared. */
const probes: { keys: string[]; read(): Promise<Reading> }[] = [
  { keys: ['cpu.load'], read: async () => ({ 'cpu.load': tidy((await si.currentLoad()).currentLoad) }) },
  {
    keys: ['memory.used', 'memory.percent'],
    read: async () => {
      const { active, total } = await si.mem()
      return { 'memory.used': gibi(active), 'memory.percent': tidy((100 * active) / total) }
    },
  },
  {
    keys: ['disk.percent', 'disk.free'],
    read: async () => {
      const disks = await si.fsSize()
      const disk = disks.find(({ mount }) => mount === '/') ?? disks[0]
      return { 'disk.percent': disk && tidy(disk.use), 'disk.free': disk && gibi(disk.available) }
    },
  },
  { keys: ['temperature.cpu'], read: async () => ({ 'temperature.cpu': (await si.cpuTemperature()).main }) },
  { keys: ['processes.count'], read: async () => ({ 'processes.count': (await si.processes()).all }) },
  {
    keys: ['uptime.hours', 'load.1m'],
    read: async () => ({ 'uptime.hours': tidy(uptime() / 3_600), 'load.1m': tidy(loadavg()[0] ?? 0) }),
  },
  {
    keys: ['network.received', 'network.sent'],
    read: async () => {
      const all = await si.networkStats()
      const sum = (of: 'rx_sec' | 'tx_sec') => tidy(all.reduce((total, one) => total + (one[of] ?? 0), 0) / 1_000)
      return { 'network.received': sum('rx_sec'), 'network.sent': sum('tx_sec') }
    },
  },
  {
    keys: ['host.name', 'os.name'],
    read: async () => {
      const { distro, release } = await si.osInfo()
      return { 'host.name': hostname(), 'os.name': `${distro} ${release}`.trim() }
    },
  },
]

/** The data items this driver can read; the README lists them with their units. */
export const hostKeys = probes.flatMap(({ keys }) => keys)

/** Reads the machine the agent runs on. */
export const hostDriver: MakeDriver = ({ log }) => {
  let timers: NodeJS.Timeout[] = []
  return {
    start: (declaration, sink) => {
      timers = probes.flatMap(({ keys, read }) => {
        const seconds = shortest(declaration, keys)
        if (seconds === undefined) return []
        const probe = guarded(read, sink, log)
        void probe()
        return [setInterval(probe, seconds * 1_000)]
      })
    },
    stop: () => {
      for (const timer of timers) clearInterval(timer)
      timers = []
    },
    setSetting: async (key) => {
      throw new Error(`This machine has no setting ${key}`)
    },
  }
}

/** The shortest declared time between two samples of `keys`, or `undefined` where none is declared. */
const shortest = ({ items }: Declaration, keys: string[]): number | undefined => {
  const seconds = items.filter(({ key }) => keys.includes(key)).map(({ everySeconds }) => everySeconds)
  return seconds.length > 0 ? Math.min(...seconds) : undefined
}

/** A probe that never runs twice at once and never throws. */
const guarded = (read: () => Promise<Reading>, sink: Sink, log: Log) => {
  let running = false
  return async (): Promise<void> => {
    if (running) return
    running = true
    try {
      for (const [key, value] of Object.entries(await read())) {
        if (value !== null && value !== undefined) sink.value(key, value)
      }
    } catch (error) {
      log.warn({ because: words(error) }, 'a reading of this machine failed')
    } finally {
      running = false
    }
  }
}
