// Runs before the first paint, so that a dark screen does not flash white. A file of its own: the CSP allows no inline script.
;(() => {
  let chosen = 'auto'
  try {
    chosen = localStorage.getItem('gatehouse-colour-scheme') ?? 'auto'
  } catch {
    // Storage may be shut; then the system's wish holds.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
