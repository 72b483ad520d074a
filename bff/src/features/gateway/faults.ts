/** True where PostgreSQL would not store what was sent (classes 22 and 23): sending it again changes nothing. */
export const isDataFault = (error: unknown): boolean => {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string' && /^2[23]...$/.test(at.code)) return true
  return false
}
