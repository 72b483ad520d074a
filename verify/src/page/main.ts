import './no-eval.ts'
import { counted, h, mainPart, say } from './dom.ts'
import { openEngine } from './engine.ts'
import { type Chosen, form } from './form.ts'
import type { Answer, Order } from './messages.ts'
import { result } from './result.ts'
import { eventTable } from './table.ts'

interface Engine {
  order(order: Order): void
  stop(): void
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown }
}

/** This very script, for a worker that is made of it: the page is one file, and may load no other. */
const ownText = typeof document === 'undefined' ? '' : (document.currentScript?.textContent ?? '')
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
const scriptUrl = (url: string): string =>
  ((typeof document === 'undefined' ? undefined : policy)?.createScriptURL(url) as string | undefined) ?? url
const policy =
  typeof document === 'undefined'
    ? undefined
    : trustedTypes?.createPolicy('gatehouse-verify', { createScriptURL: (url) => url })

/** Checks in a worker; in a browser that makes none for a page from a file, in turns with the page. */
const startEngine = (take: (answer: Answer) => void): Engine => {
  const here = (): Engine => {
    const engine = openEngine(take)
    return { order: (order) => void engine(order), stop: () => undefined }
  }
  const url = URL.createObjectURL(new Blob([ownText], { type: 'text/javascript' }))
  try {
    const worker = new Worker(scriptUrl(url))
    let engine: Engine = { order: (order) => worker.postMessage(order), stop: () => worker.terminate() }
    const asked: Order[] = []
    let answered = false
    worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      answered = true
      take(data)
    })
    worker.addEventListener('error', () => {
      if (answered)
        return take({ kind: 'unreadable', because: 'The check ended early: this machine may lack the memory.' })
      engine = here()
      for (const order of asked) engine.order(order)
    })
    return {
      order: (order) => {
        asked.push(order)
        engine.order(order)
      },
      stop: () => engine.stop(),
    }
  } catch {
    return here()
  } finally {
    URL.revokeObjectURL(url)
  }
}

const showForm = (chosen: Chosen): void => {
  const heading = h('h1', { tabindex: '-1' }, 'Was anything changed?')
  mainPart().replaceChildren(
    h(
      'div',
      { class: 'intro' },
      heading,
      h(
        'p',
        {},
        'Choose a proof bundle of your audit log. It is checked here, on this machine: nothing is sent anywhere, and no server is asked.',
      ),
    ),
    form(chosen, () => showCheck(chosen)),
  )
}

const again = (chosen: Chosen, engine: Engine): HTMLElement =>
  h(
    'p',
    { class: 'again' },
    h(
      'button',
      {
        type: 'button',
        onclick: () => {
          engine.stop()
          showForm(chosen)
          document.getElementById('bundle')?.focus()
        },
      },
      'Check another bundle',
    ),
  )

const showCheck = (chosen: Chosen): void => {
  const { bundle, key, earlier } = chosen
  if (!bundle) return
  const bar = h('progress', { max: '100', 'aria-label': 'How much has been checked' })
  const words = h('p', {}, 'Opening the bundle …')
  let table: ReturnType<typeof eventTable> | undefined
  let toldAt = 0
  const engine = startEngine((answer) => {
    if (answer.kind === 'progress') {
      const percent = answer.of > 0 ? Math.floor((100 * answer.done) / answer.of) : 100
      bar.value = percent
      words.textContent = percent < 100 ? `Checking the events: ${percent} %` : 'Putting the tree together …'
      // Every tenth is enough for whoever listens.
      if (percent >= toldAt + 10) {
        toldAt = percent
        say(`${percent} percent checked`)
      }
    }
    if (answer.kind === 'unreadable') showUnreadable(answer.because, chosen, engine)
    if (answer.kind === 'rows' || answer.kind === 'searching') table?.take(answer)
    if (answer.kind === 'report') {
      const { whole, heading } = result(answer.report)
      table = answer.shown === 'events' ? eventTable(answer.count, engine.order) : undefined
      mainPart().replaceChildren(
        whole,
        ...(table ? [table.whole] : []),
        ...(answer.shown === 'too many'
          ? [
              h(
                'p',
                { class: 'card' },
                `This page does not show ${counted(answer.count)} events; the command does: gatehouse-verify … --events`,
              ),
            ]
          : []),
        again(chosen, engine),
      )
      heading.focus()
      say(`${answer.report.title}. ${answer.report.lead}`)
    }
  })
  mainPart().replaceChildren(h('section', { class: 'card busy' }, h('h1', { tabindex: '-1' }, 'Checking'), words, bar))
  say('Checking the bundle')
  engine.order({ kind: 'check', bundle: bundle.given, key, earlier })
}

const showUnreadable = (because: string, chosen: Chosen, engine: Engine): void => {
  const heading = h('h1', { tabindex: '-1' }, 'This could not be checked')
  mainPart().replaceChildren(
    h('section', { class: 'verdict is-unknown' }, heading, h('p', {}, because)),
    again(chosen, engine),
  )
  heading.focus()
  say(`This could not be checked. ${because}`)
}

if (typeof document === 'undefined') {
  const engine = openEngine((answer) => postMessage(answer))
  addEventListener('message', ({ data }: MessageEvent<Order>) => void engine(data))
} else {
  // A file that is dropped beside its place would be opened instead of this page.
  for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault())
  showForm({ key: '' })
}
