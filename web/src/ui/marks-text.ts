import type { FocusEvent, MouseEvent } from 'react'

/** Fields that a press of the mouse is about to give the focus. */
const entered = new WeakSet<HTMLInputElement>()

/**
 * For a field whose text is a choice made before: whoever comes into it has it marked, and types over it. A click in a
 * field that has the focus already sets the cursor as anywhere.
 */
export const marksText = {
  onMouseDown: ({ currentTarget }: MouseEvent<HTMLInputElement>) => {
    if (document.activeElement !== currentTarget) entered.add(currentTarget)
  },
  onFocus: ({ currentTarget }: FocusEvent<HTMLInputElement>) => {
    if (!currentTarget.readOnly) currentTarget.select()
  },
  // The button let go of takes the mark away again that came with the focus.
  onClick: ({ currentTarget }: MouseEvent<HTMLInputElement>) => {
    if (entered.delete(currentTarget) && !currentTarget.readOnly) currentTarget.select()
  },
}
