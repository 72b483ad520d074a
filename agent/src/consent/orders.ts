import { Orders } from '@gatehouse/shared/agent/messages'
import { type Bell, createBell } from '../bell.ts'
import { words } from '../errors.ts'
import { files, type Home, readText, writeText } from '../home.ts'
import type { Log } from '../log.ts'
import type { ReadSigned } from './signed.ts'

/** What this device was told to collect and what its customer allows: the newest that was signed for it. */
export interface OrdersBook {
  /** `undefined` before the first: then nothing is collected and nothing is allowed. */
  current(): Orders | undefined
  /** Takes newer orders; true when they hold now. Older ones and those it does not believe change nothing. */
  take(token: string): Promise<boolean>
  /** Rings when newer orders hold. */
  readonly changed: Bell<Orders>
}

/** The orders kept in `home`; what stands there is believed only as far as its signature goes. */
export const openOrders = async (home: Home, readSigned: ReadSigned, log: Log): Promise<OrdersBook> => {
  const path = home.path(files.orders)
  const changed = createBell<Orders>()
  const believed = async (token: string): Promise<Orders | undefined> => {
    try {
      return await readSigned(token, 'orders', Orders)
    } catch (error) {
      log.warn({ because: words(error) }, 'orders not believed')
      return undefined
    }
  }
  const kept = readText(path)
  let current = kept === undefined ? undefined : await believed(kept.trim())

  return {
    current: () => current,
    changed,
    take: async (token) => {
      const orders = await believed(token)
      if (!orders || orders.version <= (current?.version ?? 0)) return false
      writeText(path, `${token}\n`)
      current = orders
      log.info({ version: orders.version }, 'new orders')
      changed.ring(orders)
      return true
    },
  }
}
