import type { FactorsView } from '@gatehouse/shared/views/factors'

/** Why there must be a second factor, or why one is good to have. */
export const whyMust: Record<NonNullable<FactorsView['must']> | 'own', string> = {
  staff: 'Whoever works for the maker signs in with a second factor: a password that leaks must open nobody’s devices.',
  approver: 'Whoever answers requests for remote access signs in with a second factor.',
  customer: 'Your company wants everybody to sign in with a second factor.',
  own: 'With a second factor nobody gets in who has only learned your password.',
}

/** `ABCD EFGH …`: a secret as people copy it by hand. */
export const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')

/** What stands in the file of recovery codes. */
export const codesAsText = (codes: readonly string[], owner: string, madeOn: string): string =>
  [
    `Gatehouse: recovery codes of ${owner}, made on ${madeOn}`,
    'Each code signs in once, in place of the second factor. Keep them where nobody else looks.',
    '',
    ...codes,
    '',
  ].join('\r\n')
