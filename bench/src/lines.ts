/** What a goal asks of a ratio, or of a figure that has no reference. */
export interface Goal {
  /** Its name in performance.md. */
  id: string
  way: 'at most' | 'at least'
  at: number
}

/** One line of a table: ours beside the reference of the same run. */
export interface Line {
  what: string
  unit: string
  /** What ours is held against; absent where the goal is a figure. */
  reference?: { name: string; figure: number }
  ours: number
  /** Ours divided by the reference, pair of runs by pair of runs. */
  ratio?: { median: number; least: number; most: number; runs: number[] }
  /** Where `ours` and the reference are the slowest of twenty: what they are in the middle. */
  p50?: { ours: number; reference: number }
  /** The same with a tenth of the data, and by how much ours grew from there. */
  growth?: { tenth: number; ratio: number }
  /** Absent on lines that only explain another. */
  goal?: Goal
}

/** The middle of some figures; of an even number of them, the mean of the middle two. */
export const median = (figures: readonly number[]): number => percentile(figures, 0.5)

/** The figure below which the given share of all lies, linearly between its neighbours. */
export const percentile = (figures: readonly number[], share: number): number => {
  if (figures.length === 0) throw new Error('Nothing was measured')
  const sorted = Float64Array.from(figures).sort()
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

/** A line from runs that alternated: the n-th figure of ours was measured beside the n-th of the reference. */
export const lineOf = (
  what: string,
  unit: string,
  ours: readonly number[],
  reference: { name: string; figures: readonly number[] },
  goal?: Goal,
): Line => {
  const ratios = ours.map((figure, i) => figure / (reference.figures[i] ?? Number.NaN))
  return {
    what,
    unit,
    ours: median(ours),
    reference: { name: reference.name, figure: median(reference.figures) },
    ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios), runs: ratios },
    ...(goal && { goal }),
  }
}

/** Whether a line reaches its goal; `undefined` where it has none. */
export const reaches = ({ ours, ratio, goal }: Line): boolean | undefined => {
  if (!goal) return undefined
  const figure = ratio?.median ?? ours
  return goal.way === 'at most' ? figure <= goal.at : figure >= goal.at
}

const figure = (one: number): string =>
  one >= 1_000 ? Math.round(one).toLocaleString('en-GB') : one >= 100 ? one.toFixed(0) : one.toFixed(one < 10 ? 2 : 1)

const cells = (line: Line): string[] => {
  const { what, unit, ours, reference, ratio, goal, p50, growth } = line
  const sign = goal?.way === 'at most' ? '≤' : '≥'
  const met = reaches(line)
  return [
    goal?.id ?? '',
    what,
    `${figure(ours)} ${unit}${p50 ? ` (p50 ${figure(p50.ours)})` : ''}`,
    reference ? `${figure(reference.figure)} ${unit}${p50 ? ` (p50 ${figure(p50.reference)})` : ''}` : '–',
    ratio ? `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)})` : '–',
    goal ? `${sign} ${goal.at}${ratio ? ' ×' : ` ${unit}`}` : '',
    met === undefined ? '' : met ? 'met' : 'missed',
    growth ? `${growth.ratio.toFixed(1)} ×` : '',
    reference?.name ?? '',
  ]
}

/** Prints a table, its columns as wide as they need to be. */
export const printTable = (title: string, lines: readonly Line[]): void => {
  const head = ['', 'what', 'ours', 'reference', 'ratio (min–max)', 'goal', '', 'against a tenth', 'reference is']
  const rows = [head, ...lines.map(cells)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  console.log(`\n${title}`)
  for (const row of rows) console.log(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
}
