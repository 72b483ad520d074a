/** Name of the cookie that carries a sign-in's token. */
const cookieName = '__Host-gatehouse'

/**
 * The sign-in token in a `Cookie` header. Where the name stands twice somebody has planted a second one, and none
 * is believed.
 */
export const readToken = (header: string | undefined): string | undefined => {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1))
  const [only] = values
  return values.length === 1 && only && /^[A-Za-z0-9_-]{43}$/.test(only) ? only : undefined
}

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/**
 * The `Set-Cookie` value that carries a sign-in's token. Ours, because lucia's cookie always has a Max-Age and
 * would outlive the browser.
 */
export const signInCookie = (token: string): string => `${cookieName}=${token}; ${attributes}`

/** The `Set-Cookie` value that takes the cookie away. */
export const blankCookie = `${cookieName}=; ${attributes}; Max-Age=0`
