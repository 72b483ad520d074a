import { type EventRow, erasedMark } from '../events.ts'
import { counted, h, say } from './dom.ts'
import type { Answer, Order } from './messages.ts'

/** A text in which what was erased is marked. */
const marked = (text: string): HTMLElement =>
  h('bdi', {}, ...text.split(erasedMark).flatMap((part, i) => (i === 0 ? [part] : [h('mark', {}, 'erased'), part])))

const details = ({ all }: EventRow): HTMLElement =>
  h(
    'dl',
    { class: 'all' },
    ...all
      .filter(([, value]) => value !== '')
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, marked(value)))),
  )

const columns = ['Entry', 'When', 'Who', 'What'] as const

const rowsOf = (row: EventRow): HTMLElement => {
  const more = h('details', {}, h('summary', {}, 'All of it'))
  // Made when it is opened: there may be thousands of rows.
  more.addEventListener('toggle', () => more.childElementCount === 1 && more.append(details(row)), { once: true })
  const cells = [
    [h('span', {}, counted(row.number))],
    [h('time', {}, row.at)],
    [marked(row.who)],
    [
      h(
        'div',
        { class: 'what' },
        marked(row.what),
        row.outcome !== 'done' && h('span', { class: 'outcome' }, row.outcome),
      ),
      h(
        'div',
        { class: 'help' },
        row.device && marked(row.device),
        row.from && h('span', {}, ' from ', marked(row.from)),
      ),
      more,
    ],
  ]
  return h('tr', {}, ...cells.map((content, i) => h('td', { 'data-label': columns[i] }, ...content)))
}

/** The events, searchable; `ask` has them found, and `take` shows what was. */
export const eventTable = (
  count: number,
  ask: (order: Order) => void,
): { whole: HTMLElement; take(answer: Extract<Answer, { kind: 'rows' | 'searching' }>): void } => {
  let number = 0
  let next: number | null = 0
  let found = 0
  const body = h('tbody', {})
  const state = h('p', { class: 'help' })
  const search = h('input', { id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false' })
  const go = (): void => {
    state.textContent = 'Looking …'
    more.disabled = true
    ask({ kind: 'find', search: search.value, from: next ?? 0, number })
  }
  const more = h('button', { type: 'button', onclick: go }, 'Show more')
  const begin = (): void => {
    number++
    next = 0
    found = 0
    body.replaceChildren()
    go()
  }
  let waiting: ReturnType<typeof setTimeout> | undefined
  search.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(begin, 200)
  })
  const whole = h(
    'section',
    { class: 'card' },
    h('h2', {}, 'The events'),
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'search' }, `Search in ${counted(count)} ${count === 1 ? 'event' : 'events'}`),
      search,
    ),
    state,
    h('table', {}, h('thead', {}, h('tr', {}, ...columns.map((name) => h('th', { scope: 'col' }, name)))), body),
    more,
  )
  queueMicrotask(begin)
  return {
    whole,
    take: (answer) => {
      if (answer.number !== number) return
      const searched = Math.floor((100 * answer.searched) / Math.max(1, answer.of))
      if (answer.kind === 'searching') {
        state.textContent = `Looking … ${searched} %`
        return
      }
      found += answer.rows.length
      next = answer.next
      body.append(...answer.rows.map(rowsOf))
      more.hidden = next === null
      more.disabled = false
      state.textContent =
        found === 0
          ? 'No event fits.'
          : next === null
            ? `${counted(found)} shown: all that fit.`
            : `${counted(found)} shown, after ${searched} % of the log.`
      say(state.textContent)
    },
  }
}
