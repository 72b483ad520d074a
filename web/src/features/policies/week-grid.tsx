import { weekdays } from '@gatehouse/shared/policies/windows'
import { dayNames } from '@gatehouse/shared/policies/words'
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { cellOf, painted, slotSays, slots, type Week } from './week.ts'
import classes from './week-grid.module.css'

const hours = Array.from({ length: 24 }, (_, hour) => hour)
const cells = Array.from({ length: slots }, (_, slot) => slot)

const steps: Record<string, readonly [day: number, slot: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-7, 0],
  PageDown: [7, 0],
  Home: [0, -slots],
  End: [0, slots],
}

const clamp = (value: number, last: number) => Math.max(0, Math.min(last, value))

/**
 * A week in half hours. The mouse draws; a tap, or the space bar, opens and shuts one; arrow keys go from one to the
 * next, and with Shift take its state along.
 */
export const WeekGrid = ({
  label,
  week,
  fixed,
  onChange,
}: {
  label: string
  week: Week
  /** What is open by windows that cannot be drawn. */
  fixed: Week
  onChange: (week: Week) => void
}) => {
  const table = useRef<HTMLTableElement>(null)
  const [at, setAt] = useState(() => Math.max(0, week.indexOf(true)))
  const stroke = useRef<{ from: number; open: boolean; before: Week } | null>(null)
  const pointer = useRef('')

  const begin = (cell: number, { pointerType, button }: PointerEvent) => {
    pointer.current = pointerType
    if (pointerType !== 'mouse' || button !== 0) return
    stroke.current = { from: cell, open: !week[cell], before: week }
    onChange(painted(week, cell, cell, !week[cell]))
  }
  const go = (cell: number, { buttons }: PointerEvent) => {
    // The button was let go outside of the grid.
    if (buttons !== 1) stroke.current = null
    if (stroke.current) onChange(painted(stroke.current.before, stroke.current.from, cell, stroke.current.open))
  }
  const end = () => {
    stroke.current = null
  }
  const move = (event: KeyboardEvent, cell: number) => {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    const next = cellOf(
      clamp(Math.floor(cell / slots) + step[0], weekdays.length - 1),
      clamp((cell % slots) + step[1], slots - 1),
    )
    setAt(next)
    if (event.shiftKey) onChange(painted(week, cell, next, week[cell] === true))
    table.current?.querySelector<HTMLButtonElement>(`[data-cell="${next}"]`)?.focus()
  }

  return (
    <div className={classes.frame}>
      <table ref={table} aria-label={label} className={classes.week} onPointerUp={end}>
        <thead>
          <tr>
            <th scope="col">
              <span className={classes.unseen}>Day</span>
            </th>
            {hours.map((hour) => (
              <th key={hour} scope="col" colSpan={2} className={classes.hour}>
                {String(hour).padStart(2, '0')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weekdays.map((name, day) => (
            <tr key={name}>
              <th scope="row" className={classes.day}>
                {dayNames[name]}
              </th>
              {cells.map((slot) => {
                const cell = cellOf(day, slot)
                return (
                  <td key={slot}>
                    <button
                      type="button"
                      className={classes.cell}
                      data-cell={cell}
                      data-fixed={fixed[cell] || undefined}
                      tabIndex={cell === at ? 0 : -1}
                      aria-pressed={week[cell] === true}
                      aria-label={`${dayNames[name]} ${slotSays(slot)}–${slotSays(slot + 1)}${fixed[cell] ? ', open by a window of the list' : ''}`}
                      onFocus={() => setAt(cell)}
                      onKeyDown={(event) => move(event, cell)}
                      onPointerDown={(event) => begin(cell, event)}
                      onPointerEnter={(event) => go(cell, event)}
                      onClick={({ detail }) => {
                        // The mouse has drawn already; `detail` is 0 for the keyboard.
                        if (detail === 0 || pointer.current !== 'mouse')
                          onChange(painted(week, cell, cell, !week[cell]))
                      }}
                    />
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
