import { ApiError } from './words.ts'

/** The sentences for the fields of a form that was sent; none for an error that is not about fields. */
export const fieldFaults = (thrown: unknown): Readonly<Record<string, string>> =>
  thrown instanceof ApiError ? thrown.fields : {}

/** What is left to say above a form: nothing where every sentence stands at one of its fields. */
export const formFault = (thrown: unknown, shown: readonly string[]): string | undefined => {
  if (!(thrown instanceof Error)) return undefined
  if (!(thrown instanceof ApiError)) return 'Something in this page went wrong. Load it again.'
  const names = Object.keys(thrown.fields)
  const elsewhere = names.filter((name) => !shown.includes(name))
  if (names.length > 0 && elsewhere.length === 0) return undefined
  return [thrown.says, ...elsewhere.map((name) => thrown.fields[name])].join(' ')
}
