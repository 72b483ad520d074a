/** A failure whose message is a sentence for the person at the machine. */
export class AgentError extends Error {
  override readonly name = 'AgentError'
}

/** What went wrong in one line, without stack and without the address of a proxy; for logs. */
export const words = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  const cause = error.cause instanceof Error ? `: ${words(error.cause)}` : ''
  return `${error.message || error.name}${error.message.includes(code.trim()) ? '' : code}${cause}`
}
