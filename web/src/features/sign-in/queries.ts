import type { signInRoom } from '@gatehouse/bff/features/sign-in/routes'
import type { MeView } from '@gatehouse/shared/views/views'
import { hc } from 'hono/client'
import { apiFetch } from '../../kernel/api.ts'

// Not the guarded client: a refusal here is an answer to what was typed, not a sign that the session is over.
const client = hc<typeof signInRoom>('/api', { fetch: apiFetch })

/** Signs in; throws an `ApiError` whose words can be shown. */
export const signIn = async (json: { email: string; password: string }): Promise<MeView> =>
  (await client['sign-in'].$post({ json })).json() as Promise<MeView>

/** Changes one's own password. */
export const changePassword = async (json: { present: string; next: string }): Promise<MeView> =>
  (await client.me.password.$post({ json })).json() as Promise<MeView>
