/** What finds that a log is not as it was written: each looks at something the others do not. */
export const faultFinders = {
  nightly_check: { says: 'the nightly check' },
  asked_check: { says: 'a check that somebody asked for' },
  signer: { says: 'the signer' },
  sequencer: { says: 'the sequencer' },
  agent: { says: 'the agent of a device' },
} as const satisfies Record<string, { says: string }>

export type FaultFinder = keyof typeof faultFinders
export const faultFinderNames = Object.keys(faultFinders) as FaultFinder[]

/** Who explains a fault: each side for itself, so that neither can end the other's alarm. */
export const faultSides = ['maker', 'customer'] as const
export type FaultSide = (typeof faultSides)[number]

/** The number people know an entry of a log by: from 1 on, where `seq` counts from 0; a dash for none. */
export const entryNumber = (seq: number | null): number | '–' => (seq === null ? '–' : seq + 1)
