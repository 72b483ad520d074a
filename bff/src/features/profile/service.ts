import { type NewsChoice, newsKindNames, newsKinds } from '@gatehouse/shared/profile/news'
import { type Actor, byPerson } from '../../kernel/actor.ts'
import { changeText, type FieldChange } from '../../kernel/audit/change-text.ts'
import { change } from '../../kernel/change.ts'
import type { House } from '../../kernel/house.ts'
import { lockSettings, type Settings, writeSettings } from './store.ts'

/** What is to be changed; what is left out stays. */
export interface Wanted {
  zone?: string | null
  news?: NewsChoice
}

const ways = ({ mail, note }: NewsChoice[keyof NewsChoice]): string =>
  [mail && 'mail', note && 'note'].filter(Boolean).join(' and ') || 'neither'

const differences = (before: Settings, after: Settings): FieldChange[] => [
  ['time zone', before.zone ?? 'none', after.zone ?? 'none'],
  ...newsKindNames.map((kind): FieldChange => [newsKinds[kind].told, ways(before.news[kind]), ways(after.news[kind])]),
]

/** Changes the settings of whoever asks; open pages of his show it at once. */
export const changeSettings = (house: House, actor: Actor, wanted: Wanted): Promise<void> =>
  change(house, byPerson(actor), 'profile.changed', async (tx) => {
    const now = house.clock.now()
    const before = await lockSettings(tx, actor.id, now)
    const after: Settings = {
      zone: wanted.zone === undefined ? before.zone : wanted.zone,
      news: wanted.news ?? before.news,
    }
    await writeSettings(tx, actor.id, after, now)
    return {
      result: undefined,
      fields: { change: changeText(differences(before, after)) },
      about: { customerId: actor.customerId, customerName: actor.customerName },
      signals: [{ kind: 'hint', hint: { about: 'people' }, personId: actor.id }],
    }
  })
