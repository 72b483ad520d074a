import type { AuditFilter } from '@gatehouse/shared/audit-filter'
import { Button } from '@mantine/core'
import { IconFileExport } from '@tabler/icons-react'
import { useState } from 'react'
import { holds, useMe } from '../../kernel/me.ts'
import { ExportDialog } from './export-dialog.tsx'
import { filterText } from './queries.ts'

/** On every list of events: takes away as a file what the list shows. `zone`: IANA name of the zone it shows times in. */
export const ExportButton = ({ filter, zone }: { filter: AuditFilter; zone: string }) => {
  const me = useMe()
  const [open, setOpen] = useState(false)
  // Whoever looks as another takes nothing away.
  if (!holds(me, 'audit.export') || me.viewing) return null
  return (
    <>
      <Button variant="default" leftSection={<IconFileExport size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Export…
      </Button>
      {open && <ExportDialog asked={{ filter: filterText(filter), zone }} onClose={() => setOpen(false)} />}
    </>
  )
}
