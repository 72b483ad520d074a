/** Tells zod before it is loaded not to probe for `new Function`: the CSP refuses it and would report the probe. */
export const tellZodNotToCompile = () => {
  ;(globalThis as { __zod_globalConfig?: { jitless: boolean } }).__zod_globalConfig = { jitless: true }
}
