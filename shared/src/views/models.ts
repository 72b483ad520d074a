import type { Declaration } from '../devices/declaration.ts'
import type { May, Named } from './basics.ts'

export interface ModelView extends Named {
  maker: string
  version: number
  declaration: Declaration
  /** Those one may see. */
  devices: number
  may: { edit: May }
}
