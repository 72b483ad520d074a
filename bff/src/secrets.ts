/** Words that stand in examples and are forgotten there. */
const placeholder =
  /change.?me|placeholder|replace.?(me|this)|example|default|your.?(secret|password)|^(postgres|password|secret|admin|test|gatehouse)\d*$|^<.*>$|a secret of tests only/i

const passwordIn = (url: string | undefined): string => {
  const text = url ? new URL(url).password : ''
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

interface Secret {
  name: string
  value: string
  least: number
}

const whyBad = ({ value, least }: Secret): string | undefined => {
  if (placeholder.test(value)) return 'is a placeholder; make one of your own, `openssl rand -base64 32`'
  if ([...value].length < least) return `is too short; ${least} characters are the least`
  if (new Set(value).size < Math.min(10, least - 2)) return 'repeats too few characters'
  return undefined
}

/** What is wrong with the secrets of a Gatehouse in production: sentences that name the variable, never the value. */
export const badSecrets = (given: {
  GATEHOUSE_SECRET?: string
  DATABASE_URL?: string
  SMTP_URL?: string
}): string[] => {
  const secrets: Secret[] = [
    { name: 'GATEHOUSE_SECRET', value: given.GATEHOUSE_SECRET ?? '', least: 32 },
    { name: 'The password in DATABASE_URL', value: passwordIn(given.DATABASE_URL), least: 12 },
    { name: 'The password in SMTP_URL', value: passwordIn(given.SMTP_URL), least: 8 },
  ].filter(({ value }) => value !== '')
  const faults = secrets.flatMap((secret) => {
    const why = whyBad(secret)
    return why ? [`${secret.name} ${why}`] : []
  })
  for (const [at, one] of secrets.entries())
    for (const other of secrets.slice(at + 1))
      if (one.value.includes(other.value) || other.value.includes(one.value))
        faults.push(`${other.name} is used in ${one.name} as well; each needs its own`)
  return faults
}
