/** Of the newest rows those that a list does not have and that belong above it; ids rise with time. */
export const fresherThan = <Row extends { id: string }>(rows: readonly Row[], newest: readonly Row[]): Row[] => {
  const first = rows[0]
  return first ? newest.filter(({ id }) => id > first.id) : [...newest]
}
