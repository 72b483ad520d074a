interface Identified {
  id: string
}

/**
 * Of the newest rows those that a list does not have and that belong among what it has loaded; ids rise with time, but
 * what commits late comes later than others whose ids are higher. `isWhole` where the list has been loaded to its end.
 */
export const fresherThan = <Row extends Identified>(
  rows: readonly Identified[],
  newest: readonly Row[],
  isWhole = false,
): Row[] => {
  const known = new Set(rows.map(({ id }) => id))
  const last = rows.at(-1)
  return newest.filter(({ id }) => !known.has(id) && (isWhole || !last || id > last.id))
}

/** The pages of a list with these rows where they belong, newest first. */
export const putInto = <Row extends Identified, Page extends { rows: readonly Row[] }>(
  pages: readonly Page[],
  fresh: readonly Row[],
): Page[] => {
  const pageOf = ({ id }: Row): number => {
    const at = pages.findIndex(({ rows }) => id > (rows.at(-1)?.id ?? ''))
    return at === -1 ? pages.length - 1 : at
  }
  return pages.map((page, at) => {
    const here = fresh.filter((row) => pageOf(row) === at)
    return here.length === 0 ? page : { ...page, rows: [...page.rows, ...here].sort((a, b) => (a.id < b.id ? 1 : -1)) }
  })
}
