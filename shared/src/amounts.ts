const steps = ['B', 'kB', 'MB', 'GB', 'TB']

/** A count of bytes as people say it: `312 kB`, `12.3 MB`. */
export const byteCount = (count: number): string => {
  const step = Math.min(steps.length - 1, count > 0 ? Math.floor(Math.log10(count) / 3) : 0)
  const value = count / 1_000 ** step
  return `${step > 0 && value < 100 ? value.toFixed(1) : Math.round(value)} ${steps[step]}`
}
