/**
 * Runs every side once unmeasured and then `rounds` times in turn, each round beginning with another side, so that what
 * drifts on the machine drifts under all of them. Returns what each side measured, in the order of the rounds.
 */
export const alternate = async <Side extends string, Measured>(
  rounds: number,
  sides: Record<Side, () => Promise<Measured>>,
): Promise<Record<Side, Measured[]>> => {
  const names = Object.keys(sides) as Side[]
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Side, Measured[]>
  for (const name of names) await sides[name]()
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)]) measured[name].push(await sides[name]())
  }
  return measured
}
