/** What asks for a proof, in the words that begin the sentence; the first that fits. */
const deeds: readonly [RegExp, string][] = [
  [/^POST .*\/requests\/[^/]+\/decision$/, 'Answering a request'],
  [/^POST .*\/requests\/[^/]+\/session$/, 'Opening a session'],
  [/^POST .*\/requests\/[^/]+\/revoke$/, 'Taking back an approval'],
  [/\/policy\b/, 'Changing a policy'],
  [/\/networks\b/, 'Changing from where people may sign in'],
  [/\/second-factor$/, 'Changing how people sign in'],
  [/\/me\/password$/, 'Changing your password'],
  [/\/me\/address$/, 'Changing your e-mail address'],
  [/\/me\/factors\b/, 'Changing how you sign in'],
  [/\/(people|staff)\/[^/]+\/groups$|\/groups\b/, 'Changing what people may do'],
  [/^POST .*\/(people|staff)$|\/invitation$/, 'Inviting somebody'],
  [/\/(people|staff)\//, 'Changing somebody’s account'],
]

/** What the call `POST /api/…` does, to begin a sentence with. */
export const whatFor = (call: string): string => deeds.find(([pattern]) => pattern.test(call))?.[1] ?? 'This'
