import type { ExportFormat } from '@gatehouse/shared/views/exports'
import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Answered } from '../../kernel/answered.tsx'
import { ExportForm } from './export-form.tsx'
import { exportPreview } from './queries.ts'
import { UnderWay } from './under-way.tsx'

/** What a dialog begins with: a filter, and what was asked for the last time where it is asked for again. */
export interface Beginning {
  filter: string
  zone: string
  format?: ExportFormat
  reason?: string
}

/** Asks in which form, and what for; then waits until it is ready, as long as somebody wants to. */
export const ExportDialog = ({ asked, onClose }: { asked: Beginning; onClose: () => void }) => {
  const [id, setId] = useState<string>()
  const preview = useQuery(exportPreview(asked.filter, asked.zone))
  return (
    <Modal opened onClose={onClose} title="Export the audit log" size="lg">
      {id ? (
        <UnderWay id={id} onClose={onClose} />
      ) : (
        <Answered query={preview}>
          {(known) => <ExportForm asked={asked} preview={known} onAsked={setId} onClose={onClose} />}
        </Answered>
      )}
    </Modal>
  )
}
