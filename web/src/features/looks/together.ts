import type { LookerView } from '@gatehouse/shared/views/looks'

const mostPurposes = 4

/** The pages of looks as one list: whoever stands on several of them stands here once, with all that was counted. */
export const together = (rows: readonly LookerView[]): LookerView[] => {
  const found = new Map<string, LookerView>()
  for (const row of rows) {
    const who = row.id ?? row.name
    const newer = found.get(who)
    const devices = new Map([...(newer?.devices ?? []), ...row.devices].map((one) => [one.id, one]))
    found.set(who, {
      ...(newer ?? row),
      looks: (newer?.looks ?? 0) + row.looks,
      devices: [...devices.values()],
      purposes: [...new Set([...(newer?.purposes ?? []), ...row.purposes])].slice(0, mostPurposes),
    })
  }
  return [...found.values()]
}
