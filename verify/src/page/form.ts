import { inert } from '../inert.ts'
import { counted, h } from './dom.ts'
import { readKeyFile } from './engine.ts'
import type { Given } from './messages.ts'

/** What a person has chosen. */
export interface Chosen {
  /** With the name that it is called by. */
  bundle?: { name: string; given: Given }
  key: string
  earlier?: File
}

const sizeOf = (given: Given): string => {
  const size = given instanceof Blob ? given.size : [...given.values()].reduce((sum, one) => sum + one.size, 0)
  return size < 1024 ** 2 ? `${counted(Math.ceil(size / 1024))} KB` : `${counted(Math.ceil(size / 1024 ** 2))} MB`
}

/** A button that opens the machine's dialogue for files, and stays reachable by keyboard. */
const fileInput = (id: string, accept: string, chosen: (file: File) => void): HTMLInputElement => {
  const input = h('input', { id, type: 'file', accept })
  input.addEventListener('change', () => {
    const [file] = input.files ?? []
    if (file) chosen(file)
  })
  return input
}

/** The same for a folder; its files come by their names within it. */
const folderInput = (
  id: string,
  chosen: (name: string, files: ReadonlyMap<string, File>) => void,
): HTMLInputElement => {
  const input = h('input', { id, type: 'file', webkitdirectory: true })
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])].map((file) => [file.webkitRelativePath.split('/'), file] as const)
    const [first] = files
    if (first) chosen(first[0][0] ?? '', new Map(files.map(([path, file]) => [path.slice(1).join('/'), file])))
  })
  return input
}

/** The form: bundle, key, and an earlier checkpoint if there is one. `submit` is called with a bundle and a key. */
export const form = (chosen: Chosen, submit: () => void): HTMLElement => {
  const bundleName = h('p', { class: 'chosen', id: 'bundle-name' }, 'No bundle chosen yet')
  const problem = h('p', { class: 'problem', role: 'alert' })
  const key = h('textarea', {
    id: 'key',
    rows: '3',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    'aria-describedby': 'key-help',
  })
  key.value = chosen.key

  const take = (name: string, given: Given): void => {
    chosen.bundle = { name, given }
    bundleName.textContent = `${inert(name)}, ${sizeOf(given)}`
    bundleName.classList.add('is-there')
    problem.textContent = ''
  }
  if (chosen.bundle) take(chosen.bundle.name, chosen.bundle.given)

  const drop = h(
    'div',
    { class: 'drop' },
    h('label', { for: 'bundle', class: 'strong' }, 'The bundle'),
    h('p', {}, 'Drop the .zip file here, or choose it.'),
    fileInput('bundle', '.zip,application/zip', (file) => take(file.name, file)),
    h('label', { for: 'folder', class: 'help' }, 'or the folder it was unpacked into'),
    folderInput('folder', take),
    bundleName,
  )
  const over = (is: boolean) => (event: Event) => {
    event.preventDefault()
    drop.classList.toggle('is-over', is)
  }
  drop.addEventListener('dragover', over(true))
  drop.addEventListener('dragleave', over(false))
  drop.addEventListener('drop', (event) => {
    over(false)(event)
    const [file] = event.dataTransfer?.files ?? []
    if (file) take(file.name, file)
  })

  const fromFile = async (file: File): Promise<void> => {
    try {
      key.value = await readKeyFile(file)
      problem.textContent = ''
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : 'That file is no key.'
    }
  }
  const whole = h(
    'form',
    { class: 'card', novalidate: true },
    drop,
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'key', class: 'strong' }, 'The key of your log'),
      h(
        'p',
        { id: 'key-help', class: 'help' },
        'The one you noted down when your log was begun, from the page “Is our log whole?”. Not the one in the bundle: whoever made a false bundle would put a false key beside it.',
      ),
      key,
      h('label', { for: 'key-file', class: 'help' }, 'or a file that holds it'),
      fileInput('key-file', '.txt,text/plain', (file) => void fromFile(file)),
    ),
    h(
      'details',
      { class: 'field', open: chosen.earlier !== undefined },
      h('summary', {}, 'Compare with a checkpoint you kept'),
      h(
        'p',
        { class: 'help', id: 'earlier-help' },
        'It shows that nothing that was logged before it was changed since.',
      ),
      h('label', { for: 'earlier', class: 'unseen' }, 'The checkpoint you kept'),
      fileInput('earlier', '.txt,.checkpoint,text/plain', (file) => {
        chosen.earlier = file
      }),
    ),
    problem,
    h('button', { type: 'submit', class: 'primary' }, 'Check the bundle'),
  )
  whole.addEventListener('submit', (event) => {
    event.preventDefault()
    chosen.key = key.value.trim()
    problem.textContent = ''
    // Asked again after the same words: a screen reader says them again.
    const missing = !chosen.bundle ? 'Choose the bundle first.' : chosen.key === '' ? 'Give the key of your log.' : ''
    if (missing === '') return submit()
    problem.textContent = missing
    document.getElementById(chosen.bundle ? 'key' : 'bundle')?.focus()
  })
  return whole
}
