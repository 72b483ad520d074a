/** The nonce of this answer, under which the CSP lets `<style>` elements in. */
export const styleNonce = (): string => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Gives every `<style>` made at run time the nonce: xterm and react-remove-scroll make some and know no nonce.
 * Must run before either is loaded.
 */
export const giveStylesTheNonce = () => {
  const make = document.createElement
  document.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
    const element = make.call(this, name, options)
    if (element instanceof HTMLStyleElement) element.nonce = styleNonce()
    return element
  } as typeof document.createElement
}
