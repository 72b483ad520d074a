import type { CheckReport, Report } from '../report.ts'
import { counted, h } from './dom.ts'

const results = {
  passed: { mark: '✓', says: 'passed' },
  failed: { mark: '✗', says: 'failed' },
  skipped: { mark: '–', says: 'not checked' },
} as const

const checkItem = ({ says, result, because, wrong, more }: CheckReport): HTMLElement =>
  h(
    'li',
    { class: result },
    h('span', { class: 'mark', 'aria-hidden': 'true' }, results[result].mark),
    h(
      'div',
      {},
      h('p', {}, says, h('span', { class: 'unseen' }, `: ${results[result].says}`)),
      because && h('p', { class: 'help' }, `Not checked: ${because}`),
      wrong.length > 0 &&
        h(
          'ul',
          { class: 'wrong' },
          ...wrong.map((one) =>
            h(
              'li',
              {},
              h('p', { class: 'strong' }, one.where),
              h('p', {}, one.because),
              one.stands !== undefined && h('p', { class: 'stands' }, 'There stands: ', h('bdi', {}, one.stands)),
            ),
          ),
          more > 0 && h('li', {}, `and ${counted(more)} more`),
        ),
    ),
  )

const factList = (facts: Report['facts']): HTMLElement =>
  h(
    'dl',
    {},
    ...facts.map(([label, text]) =>
      h('div', {}, h('dt', {}, label), h('dd', {}, ...text.split('\n').map((line) => h('bdi', {}, line)))),
    ),
  )

/** What came of a check, from the verdict down to what it does not show. */
export const result = (report: Report): { whole: HTMLElement; heading: HTMLElement } => {
  const { ok, title, lead, facts, checks, notShown } = report
  const heading = h('h1', { tabindex: '-1' }, title)
  const whole = h(
    'div',
    {},
    h('section', { class: `verdict ${ok ? 'is-good' : 'is-bad'}` }, heading, h('p', {}, lead)),
    h(
      'section',
      { class: 'card' },
      h('h2', {}, 'What was checked'),
      h('ul', { class: 'checks' }, ...checks.map(checkItem)),
    ),
    facts.length > 0 &&
      h(
        'section',
        { class: 'card' },
        h('h2', {}, ok ? 'What it is' : 'What the bundle says of itself'),
        !ok && h('p', { class: 'help' }, 'None of this is proven.'),
        factList(facts),
      ),
    ok &&
      h(
        'section',
        { class: 'card' },
        h('h2', {}, 'What this does not show'),
        h('ul', { class: 'plain' }, ...notShown.map((one) => h('li', {}, one))),
      ),
  )
  return { whole, heading }
}
