import type { SessionCause } from '@gatehouse/shared/sessions/session-states'
import type { House } from '../../kernel/house.ts'

/** Ends every live session that was opened from this sign-in. */
export const endSessionsOfSignIn = async (_house: House, _signInId: string, _cause: SessionCause): Promise<void> => {
  // placeholder of the lead: the sessions helper replaces this
}

/** Ends every live session of this person. */
export const endSessionsOfPerson = async (_house: House, _personId: string, _cause: SessionCause): Promise<void> => {
  // placeholder of the lead: the sessions helper replaces this
}

/** Ends the live session of this device. */
export const endSessionsOfDevice = async (_house: House, _deviceId: string, _cause: SessionCause): Promise<void> => {
  // placeholder: the sessions helper replaces this
}
