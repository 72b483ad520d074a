import type { May } from '@gatehouse/shared/views/basics'

/** The id of the notice at the top of every page that says why nothing new can be begun, and since when. */
export const limitNoteId = 'nothing-new'

/** True where a door is shut because nothing new is begun anywhere: the notice at the top of the page says why, once. */
export const isAtLimit = (may: May): boolean =>
  !may.ok && (may.because === 'log_behind' || may.because === 'disk_nearly_full')

/** A verdict with few words where the notice at the top of the page has the rest. */
export const shortly = (may: May): May =>
  !may.ok && isAtLimit(may) ? { ...may, says: 'Not at the moment: see the top of the page.' } : may
