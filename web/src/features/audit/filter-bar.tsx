import { Button, type ButtonProps, Drawer, Group, Stack } from '@mantine/core'
import { useDebouncedValue, useHotkeys, useMediaQuery } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { SearchBox } from '../../ui/search-box.tsx'
import classes from './audit-list.module.css'
import { FilterFields } from './filter-fields.tsx'
import { countOf, type Filtering } from './use-audit-filter.ts'

/** Lifts everything that was chosen; nothing where nothing was. */
export const ClearFilters = ({
  filtering,
  ...looks
}: { filtering: Filtering } & Pick<ButtonProps, 'visibleFrom' | 'size'>) => {
  const count = countOf(filtering.own)
  if (count === 0) return null
  return (
    <Button variant="subtle" {...looks} onClick={filtering.clear}>
      {count === 1 ? 'Clear the filter' : `Clear ${count} filters`}
    </Button>
  )
}

/** True while a dialog or a menu is open above the page: its keys are its own. */
const isCovered = (): boolean => document.activeElement?.closest('[role="dialog"], [role="menu"]') != null

/**
 * Words and filters above a list of the log; on a phone the filters stand in a drawer. `/` leads to the words, `j` and
 * `toRows` to the events.
 */
export const FilterBar = ({ filtering, zone, toRows }: { filtering: Filtering; zone: string; toRows: () => void }) => {
  const { own, change } = filtering
  const [typed, setTyped] = useState(own.search ?? '')
  const [settled] = useDebouncedValue(typed.trim(), 250)
  const [opened, setOpened] = useState(false)
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false })
  const bar = useRef<HTMLDivElement>(null)
  useHotkeys([
    ['/', () => isCovered() || bar.current?.querySelector<HTMLInputElement>('input[type=search]')?.focus()],
    ['j', () => isCovered() || toRows()],
  ])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed moves the address.
  useEffect(() => {
    if (settled !== (own.search ?? '')) change({ search: settled || undefined }, { replace: true })
  }, [settled])
  // Back, or a link, to a list with other words.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another address changes what was typed.
  useEffect(() => {
    if ((own.search ?? '') !== settled) setTyped(own.search ?? '')
  }, [own.search])
  const count = countOf(own)
  const fields = <FilterFields filtering={filtering} zone={zone} />
  return (
    <div ref={bar} className={classes.bar}>
      <Group gap="xs" className={classes.controls}>
        <SearchBox label="Search the log" value={typed} onChange={setTyped} onLeave={toRows} />
        {narrow ? (
          <Button variant="default" leftSection={<IconFilter size={15} aria-hidden />} onClick={() => setOpened(true)}>
            {count > 0 ? `Filters (${count})` : 'Filters'}
          </Button>
        ) : (
          fields
        )}
      </Group>
      {narrow && (
        <Drawer opened={opened} onClose={() => setOpened(false)} title="Filters" position="bottom" size="auto">
          <Stack gap="sm" className={classes.drawer}>
            {fields}
            <Group className={classes.drawerDeeds}>
              <ClearFilters filtering={filtering} />
              <Button onClick={() => setOpened(false)}>Show the events</Button>
            </Group>
          </Stack>
        </Drawer>
      )}
    </div>
  )
}
