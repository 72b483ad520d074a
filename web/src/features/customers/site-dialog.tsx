import type { SiteView } from '@gatehouse/shared/views/customers'
import { TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { fieldFaults, formFault } from '../../kernel/field-faults.ts'
import { browserZone } from '../../kernel/format.ts'
import { key } from '../../kernel/keys.ts'
import { useServerNow } from '../../kernel/now.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { ZonePicker } from '../../ui/zone-picker.tsx'
import { addSite, changeSite, type SiteFields } from './queries.ts'

/** Adds a site to a customer, or changes `site`. */
export const SiteDialog = ({
  customerId,
  site,
  onClose,
}: {
  customerId: string
  site?: SiteView
  onClose: () => void
}) => {
  const cache = useQueryClient()
  const now = useServerNow(15_000)
  const [fields, setFields] = useState<SiteFields>({
    name: site?.name ?? '',
    zone: site?.zone ?? browserZone(),
    address: site?.address ?? '',
  })
  const save = useMutation({
    mutationFn: () => (site ? changeSite(customerId, site.id, fields) : addSite(customerId, fields)),
    onSuccess: async ({ name }) => {
      await Promise.all([
        cache.invalidateQueries({ queryKey: key('customer', customerId) }),
        cache.invalidateQueries({ queryKey: key('customers') }),
      ])
      notifications.show({ message: site ? `${name} is changed.` : `${name} is added.` })
      onClose()
    },
  })
  const faults = fieldFaults(save.error)
  const put = (change: Partial<SiteFields>) => setFields((now) => ({ ...now, ...change }))
  return (
    <FormDialog
      title={site ? `Change the site ${site.name}` : 'Add a site'}
      submit={site ? 'Save' : 'Add'}
      busy={save.isPending}
      shut={!fields.name.trim() || !fields.zone}
      error={formFault(save.error, ['name', 'zone', 'address'])}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        withAsterisk
        maxLength={120}
        data-autofocus
        value={fields.name}
        error={faults.name}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      <ZonePicker
        hint="Where the devices stand: a city near by"
        value={fields.zone}
        now={now}
        error={faults.zone}
        onChange={(zone) => put({ zone })}
      />
      <TextInput
        label="Address"
        maxLength={300}
        value={fields.address}
        error={faults.address}
        onChange={(event) => put({ address: event.currentTarget.value })}
      />
    </FormDialog>
  )
}
