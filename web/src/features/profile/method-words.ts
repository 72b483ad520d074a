import type { SignInMethod } from '@gatehouse/shared/views/views'

/** How somebody showed who he is, as people say it. */
export const methodWords: Record<SignInMethod, string> = { password: 'Password' }
