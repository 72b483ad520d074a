type Child = Node | string | false | undefined | null
type Props = Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>>

/** An element. Texts become text and nothing else; a property that is a function listens (`onclick`). */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== false && child != null && child !== ''),
  )
  return element
}

/** Says something to whoever cannot see the page. */
export const say = (words: string): void => {
  const live = document.getElementById('live')
  if (live) live.textContent = words
}

/** The place of the page that changes. */
export const mainPart = (): HTMLElement => document.getElementById('main') ?? document.body

/** A number as people write it. */
export const counted = (count: number): string => count.toLocaleString('en-GB')
