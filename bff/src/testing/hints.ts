/** A tab's stream of hints, as bytes. */
export interface Hints {
  /** Everything that came. */
  text(): string
  /** Resolves when the server has said that nobody is signed in any more, or has ended the stream. */
  ended: Promise<void>
  close(): void
}

/** Opens the stream of hints of a cookie's owner, and resolves when its first bytes are there. */
export const hintsOf = async (url: string, cookie: string): Promise<Hints> => {
  const leaving = new AbortController()
  const answer = await fetch(`${url}/api/live`, { headers: { cookie }, signal: leaving.signal })
  if (answer.status !== 200 || !answer.body) throw new Error(`no stream: ${answer.status}`)
  const reader = answer.body.getReader()
  const decoder = new TextDecoder()
  let text = decoder.decode((await reader.read()).value)
  const read = async () => {
    while (!text.includes('signed_out')) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (done) return
      text += decoder.decode(value)
    }
  }
  return { text: () => text, ended: read(), close: () => leaving.abort() }
}
