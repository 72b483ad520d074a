import type { TerminalWindow } from '../../ui/terminal.ts'

/** Copies what is marked in a terminal; nothing where nothing is. */
export const copyMarked = async ({ terminal }: TerminalWindow): Promise<void> => {
  if (terminal.hasSelection()) await navigator.clipboard.writeText(terminal.getSelection())
}
