import { type Actor, byPerson } from '../../kernel/actor.ts'
import { deviceHints } from '../../kernel/bus.ts'
import { change, witnessed } from '../../kernel/change.ts'
import { Refused } from '../../kernel/errors.ts'
import type { House } from '../../kernel/house.ts'
import type { KnownDevice } from '../devices/door.ts'
import { type AlarmRow, acknowledge } from './store.ts'

/** Acknowledges an alarm with a note, once; whoever comes second learns that it is done. */
export const acknowledgeAlarm = (
  house: House,
  actor: Actor,
  target: KnownDevice & { alarm: AlarmRow },
  note: string,
): Promise<void> => {
  const { alarm } = target.alarm
  const by = byPerson(actor)
  return witnessed(house, by, { activity: 'alarm.acknowledge', about: target.about }, () =>
    change(house, by, 'alarm.acknowledged', async (tx) => {
      const first = await acknowledge(tx, alarm.id, { name: actor.name, at: house.clock.now(), note })
      if (!first) throw new Refused('wrong_state', { state: 'acknowledged' })
      return {
        result: undefined,
        fields: { code: alarm.code, note },
        about: target.about,
        signals: deviceHints(target, 'alarms', 'audit'),
      }
    }),
  )
}
