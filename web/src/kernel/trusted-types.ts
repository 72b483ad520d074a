interface PolicyMaker {
  createPolicy(name: 'default', rules: { createHTML(text: string): string | null }): unknown
}

/**
 * The one Trusted Types policy: markup never becomes elements. Mantine and React write style sheets through
 * `innerHTML`; text without `<` can make no element, so exactly that passes and everything else throws.
 */
export const refuseMarkup = () => {
  const maker = (window as { trustedTypes?: PolicyMaker }).trustedTypes
  maker?.createPolicy('default', { createHTML: inertOrNothing })
}

/** Returns the text when it can make no element, else `null`, at which the browser throws. */
export const inertOrNothing = (text: string): string | null => (text.includes('<') ? null : text)
