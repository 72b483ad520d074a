import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from 'react'
import classes from './data-table.module.css'

export interface Column<Row, SortBy extends string = string> {
  id: string
  header: string
  cell: (row: Row) => ReactNode
  /** Present where the list can be sorted by this column; the word the API knows it by. */
  sortBy?: SortBy
  align?: 'start' | 'end'
  /** Any CSS width. */
  width?: string
  /** On a phone this cell is the card's headline. */
  headline?: boolean
  /** Left away on a phone. */
  wideOnly?: boolean
}

export interface Sort<SortBy extends string = string> {
  by: SortBy
  down: boolean
}

interface DataTableProps<Row, SortBy extends string> {
  /** What the table lists, for those who cannot see it. */
  label: string
  columns: readonly Column<Row, SortBy>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** What a click on a row, or Enter, opens. */
  onOpen?: (row: Row) => void
  /** What Escape closes, in the row or in what stands in it; the row has the focus then. */
  onClose?: (row: Row) => void
  sort?: Sort<SortBy>
  onSort?: (sort: Sort<SortBy>) => void
  /** Shown in place of rows. */
  empty?: ReactNode
  /** Dims the rows while a newer answer is on its way. */
  stale?: boolean
}

const down = (at: number, last: number) => Math.min(at + 1, last)
const up = (at: number) => Math.max(at - 1, 0)

const steps: Record<string, (at: number, last: number) => number> = {
  ArrowDown: down,
  j: down,
  ArrowUp: up,
  k: up,
  Home: () => 0,
  End: (_, last) => last,
}

const isInteractive = (target: EventTarget) =>
  target instanceof Element && target.closest('a, button, input, select, textarea, label, [role="menu"]') !== null

/** Puts the focus on the first row in `within` that can be opened. */
export const focusFirstRow = (within: HTMLElement | null): void =>
  within?.querySelector<HTMLElement>('tbody > tr[tabindex]')?.focus()

/** A dense list: sticky sortable headers, arrow keys (or j and k) between rows, cards on a phone. */
export const DataTable = <Row, SortBy extends string = string>({
  label,
  columns,
  rows,
  rowKey,
  onOpen,
  onClose,
  sort,
  onSort,
  empty,
  stale = false,
}: DataTableProps<Row, SortBy>) => {
  const body = useRef<HTMLTableSectionElement>(null)

  const move = (event: KeyboardEvent<HTMLTableRowElement>, at: number) => {
    const row = rows[at]
    if (event.key === 'Escape' && row && onClose) {
      onClose(row)
      return event.currentTarget.focus()
    }
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter' && row && onOpen) return onOpen(row)
    const step = steps[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    // A page's own keys are for whoever is not in its list yet.
    event.stopPropagation()
    const next = body.current?.rows[step(at, rows.length - 1)]
    next?.focus()
  }
  const open = (event: MouseEvent, row: Row) => {
    // A click on a link or button inside means that one; marking text is not a click.
    if (isInteractive(event.target) || getSelection()?.type === 'Range') return
    onOpen?.(row)
  }

  return (
    <div className={classes.frame}>
      {/* biome-ignore-start lint/a11y/noRedundantRoles: shown as cards, the elements lose the roles they come with. */}
      <table className={classes.table} role="table" aria-label={label} aria-busy={stale}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body} data-stale={stale || undefined}>
          {rows.map((row, at) => (
            <tr
              key={rowKey(row)}
              role="row"
              tabIndex={onOpen ? 0 : undefined}
              data-opens={onOpen ? true : undefined}
              onKeyDown={onOpen && ((event) => move(event, at))}
              onClick={onOpen && ((event) => open(event, row))}
            >
              {columns.map((column) => (
                <td
                  key={column.id}
                  role="cell"
                  data-label={column.header}
                  data-align={column.align}
                  data-headline={column.headline || undefined}
                  data-wide-only={column.wideOnly || undefined}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above. */}
      {rows.length === 0 && empty}
    </div>
  )
}

const HeaderCell = <Row, SortBy extends string>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row, SortBy>
  sort?: Sort<SortBy>
  onSort?: (sort: Sort<SortBy>) => void
}) => {
  const { sortBy } = column
  const sorted = sort !== undefined && sortBy === sort.by ? sort : undefined
  const Arrow = sorted?.down ? IconArrowDown : IconArrowUp
  return (
    <th
      // biome-ignore lint/a11y/noRedundantRoles: shown as a card, it loses the role it comes with.
      role="columnheader"
      scope="col"
      style={{ width: column.width }}
      data-align={column.align}
      data-wide-only={column.wideOnly}
      aria-sort={sorted ? (sorted.down ? 'descending' : 'ascending') : undefined}
    >
      {sortBy !== undefined && onSort ? (
        <button
          type="button"
          className={classes.sort}
          onClick={() => onSort({ by: sortBy, down: sorted ? !sorted.down : false })}
        >
          {column.header}
          <Arrow size={14} aria-hidden data-shown={sorted ? true : undefined} />
        </button>
      ) : (
        column.header
      )}
    </th>
  )
}
