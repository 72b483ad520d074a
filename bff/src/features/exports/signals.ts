import type { Signal } from '../../kernel/bus.ts'

/** Tells the pages of whoever asked to look again. */
export const signalOf = (personId: string): Signal => ({ kind: 'hint', hint: { about: 'exports' }, personId })
