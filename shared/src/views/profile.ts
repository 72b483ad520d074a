import type { NewsChoice } from '../profile/news.ts'
import type { Named } from './basics.ts'

/** What a person has chosen for himself. */
export interface SettingsView {
  zone: string | null
  news: NewsChoice
  /**
   * Devices for whose requests nobody else would be mailed, so that he is, whatever he chooses: how many, and some of
   * them. `null` for whoever answers no requests.
   */
  alone: { count: number; named: Named[] } | null
}
