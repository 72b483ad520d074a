import type { invitationsRoom } from '@gatehouse/bff/features/invitations/routes'
import { hc } from 'hono/client'
import { apiFetch, room, said } from '../../kernel/api.ts'

// Nobody is signed in on these pages: a refusal is an answer to what was sent, not a sign that a session is over.
const open = hc<typeof invitationsRoom>('/api', { fetch: apiFetch })
const signedIn = room<typeof invitationsRoom>()

/** Chooses the first password, by the link of an invitation. */
export const acceptInvitation = (json: { token: string; password: string }) =>
  said(open.invitations.accept.$post({ json }))

/** Chooses another password, by a link that was mailed. */
export const resetPassword = (json: { token: string; password: string }) => said(open.reset.$post({ json }))

/** Asks for such a link; the answer never tells whether there is an account. */
export const askForLink = (json: { email: string }) => said(open.forgotten.$post({ json }))

/** Asks for another address of one's own account. */
export const askForAddress = (json: { email: string; password: string }) => said(signedIn.me.address.$post({ json }))

/** Confirms it, by the link that went there. */
export const confirmAddress = (json: { token: string }) => said(signedIn.me.address.confirm.$post({ json }))
