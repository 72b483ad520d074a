/** Which devices a bundle has everything of, from one of their events to another. */
export interface Claims {
  /** The events of a device come in their order. */
  note(deviceId: string, deviceSeq: number): void
  /** The devices of which nothing between the first and the last is missing. */
  whole(): { id: string; from: number; to: number }[]
}

/** Begins to count. */
export const claims = (): Claims => {
  const runs = new Map<string, { from: number; to: number; count: number }>()
  return {
    note: (deviceId, deviceSeq) => {
      const run = runs.get(deviceId)
      if (!run) runs.set(deviceId, { from: deviceSeq, to: deviceSeq, count: 1 })
      else {
        run.to = deviceSeq
        run.count += 1
      }
    },
    whole: () =>
      [...runs]
        .filter(([, { from, to, count }]) => to - from + 1 === count)
        .map(([id, { from, to }]) => ({ id, from, to })),
  }
}
