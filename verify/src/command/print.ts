import { stripVTControlCharacters, styleText } from 'node:util'
import type { CheckReport, Report } from '../report.ts'

type Style = Parameters<typeof styleText>[0]

const marks = { passed: ['✓', 'green'], failed: ['✗', 'red'], skipped: ['–', 'dim'] } as const

const wide = 78

/** Breaks a text into lines of no more than `width` characters, at its spaces alone. */
const folded = (text: string, width: number): string[] =>
  text.split('\n').flatMap((line) => {
    const lines: string[] = []
    let rest = line
    while (rest.length > width) {
      const before = rest.lastIndexOf(' ', width)
      const behind = rest.indexOf(' ', width)
      // What has no spaces, as a key, stays whole: so that it can be copied.
      const cut = before > 0 ? before : behind > 0 ? behind : rest.length
      lines.push(rest.slice(0, cut))
      rest = rest.slice(cut).trimStart()
    }
    return [...lines, rest]
  })

const indented = (text: string, by: number): string[] =>
  folded(text, wide - by).map((line) => `${' '.repeat(by)}${line}`)

/** The report as lines of text; colours only where they are wanted, and never anything else that a terminal obeys. */
export const printed = (report: Report, { colours }: { colours: boolean }): string => {
  const style = (as: Style, text: string): string => (colours ? styleText(as, text, { validateStream: false }) : text)
  const check = ({ says, result, because, wrong, more }: CheckReport): string[] => {
    const [mark, colour] = marks[result]
    const [first = '', ...rest] = folded(says, wide - 4)
    return [
      `  ${style(colour, mark)} ${result === 'failed' ? style('bold', first) : first}`,
      ...rest.map((line) => `    ${line}`),
      ...(because ? indented(`not checked: ${because}`, 4).map((line) => style('dim', line)) : []),
      ...wrong.flatMap((one) => [
        ...indented(one.where, 4).map((line) => style('red', line)),
        ...indented(one.because, 6),
        ...(one.stands ? indented(`there stands: ${one.stands}`, 6).map((line) => style('dim', line)) : []),
      ]),
      ...(more > 0 ? [`    and ${more.toLocaleString('en-GB')} more`] : []),
    ]
  }
  const facts = report.facts.flatMap(([label, text]) => {
    const [first = '', ...rest] = folded(text, wide - 22)
    return [`  ${label.padEnd(20)}${first}`, ...rest.map((line) => `  ${' '.repeat(20)}${line}`)]
  })
  const lines = [
    '',
    style(['bold', report.ok ? 'green' : 'red'], report.title),
    ...folded(report.lead, wide),
    '',
    ...report.checks.flatMap(check),
    '',
    ...(facts.length > 0
      ? [report.ok ? 'What it is' : 'What the bundle says of itself (not proven)', ...facts, '']
      : []),
    ...(report.ok
      ? [
          'What this does not show',
          ...report.notShown.flatMap((one) =>
            indented(one, 4).map((line, i) => (i === 0 ? `  · ${line.slice(4)}` : line)),
          ),
          '',
        ]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

/** One line with the verdict. */
export const verdict = ({ title, lead, ok }: Report): string =>
  stripVTControlCharacters(ok ? `${title}. ${lead}\n` : `${title}: ${lead}\n`)
