import {
  type ExportFormat,
  type ExportPreview,
  type ExportSince,
  exportFormatNames,
  exportFormats,
} from '@gatehouse/shared/views/exports'
import { Alert, Button, Radio, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { counted } from '../../kernel/format.ts'
import { DialogDeeds } from '../../ui/dialog-deeds.tsx'
import { Facts } from '../../ui/facts.tsx'
import { inert } from '../audit/inert.ts'
import type { Beginning } from './export-dialog.tsx'
import classes from './exports.module.css'
import { askExport, myExports } from './queries.ts'
import { SinceField } from './since-field.tsx'

const tells: Record<ExportFormat, string> = {
  csv: 'One row per event. Opens in Excel and LibreOffice; nothing in it is calculated.',
  jsonl: 'One JSON object per event, with every field and its place in the log.',
  bundle: 'A zip with cryptographic proofs: an auditor checks offline that nothing was altered, added or left out.',
}

const howMany = ({ count }: ExportPreview): string =>
  count === null ? 'More than 10,000: it is made in the background, and takes a while' : counted(count, 'event')

/** Which format, whose log, what for. */
export const ExportForm = ({
  asked,
  preview,
  onAsked,
  onClose,
}: {
  asked: Beginning
  preview: ExportPreview
  onAsked: (id: string) => void
  onClose: () => void
}) => {
  const queries = useQueryClient()
  const [format, setFormat] = useState<ExportFormat>(asked.format ?? 'csv')
  const [reason, setReason] = useState(asked.reason ?? '')
  const [chosen, setLog] = useState<string | null>(null)
  const [since, setSince] = useState<ExportSince | undefined>('first')
  const only = preview.logs.length === 1 ? preview.logs[0]?.id : undefined
  const log = only ?? chosen ?? ''
  const isBundle = format === 'bundle'
  const ask = useMutation({
    mutationFn: () =>
      askExport({
        format,
        filter: asked.filter,
        zone: asked.zone,
        reason: reason.trim(),
        ...(isBundle && { log, since }),
      }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: myExports.queryKey })
      onAsked(id)
    },
  })
  const faults = fieldFaults(ask.error)
  const fault = formFault(ask.error, ['reason', 'log'])
  const shut = (preview.reasonNeeded && !reason.trim()) || (isBundle && (!log || !since))
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        event.stopPropagation()
        if (!shut && !ask.isPending) ask.mutate()
      }}
    >
      <Stack gap="md">
        <Facts
          facts={[
            ['What', preview.words],
            ['How many', howMany(preview)],
            ['Times', asked.zone === 'UTC' ? 'UTC' : `UTC, and ${asked.zone} beside it`],
          ]}
        />
        {preview.leavesOut && (
          <Alert color="amber">Your groups let you see more in this list than you may take away.</Alert>
        )}
        {preview.withheld.length > 0 && (
          <Alert color="amber">
            Not in this file, because they want to know first what you look for:{' '}
            <bdi>{inert(preview.withheld.map(({ name }) => name).join(', '))}</bdi>. Open their own log to say so, and
            export it there.
          </Alert>
        )}
        <Radio.Group label="As" value={format} onChange={(value) => setFormat(value as ExportFormat)}>
          <Stack gap="xs" mt={4}>
            {exportFormatNames.map((name) => (
              <Radio.Card key={name} value={name} className={classes.format}>
                <Radio.Indicator />
                <div>
                  <Text fw={600}>{exportFormats[name].says}</Text>
                  <Text size="sm" c="dimmed">
                    {tells[name]}
                  </Text>
                </div>
              </Radio.Card>
            ))}
          </Stack>
        </Radio.Group>
        {isBundle && preview.logs.length > 1 && (
          <Select
            label="Whose log"
            description="Each customer has a log of its own: a bundle proves what stands in one of them"
            placeholder="Choose one"
            withAsterisk
            searchable
            data={preview.logs.map(({ id, name }) => ({ value: id, label: name }))}
            value={chosen}
            error={faults.log}
            onChange={setLog}
          />
        )}
        {isBundle && log && <SinceField key={log} log={log} zone={asked.zone} onChange={setSince} />}
        <TextInput
          label="What for"
          description={
            preview.reasonNeeded
              ? 'Stands in the log of every customer whose events go into the file'
              : 'Stands in the log, with your name; you may leave it empty'
          }
          withAsterisk={preview.reasonNeeded}
          maxLength={200}
          value={reason}
          error={faults.reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {fault && (
          <Alert color="brick" role="alert">
            {fault}
          </Alert>
        )}
        <DialogDeeds>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={ask.isPending} disabled={shut}>
            Export
          </Button>
        </DialogDeeds>
      </Stack>
    </form>
  )
}
