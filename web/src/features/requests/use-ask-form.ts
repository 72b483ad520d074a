import type { DeviceView } from '@gatehouse/shared/views/devices'
import { useForm } from '@mantine/form'
import { type AskValues, blank, choicesOf, faultsOf } from './ask-form.ts'

/** What was typed for a device and not sent yet; it outlives a look at another page, and nothing else. */
export const drafts = new Map<string, AskValues>()

/** The form of one device, as it was left; `now` in ms by the server's clock. */
export const useAskForm = (device: DeviceView, now: number) =>
  useForm<AskValues>({
    initialValues: drafts.get(device.id) ?? blank(choicesOf(device)),
    validate: (values) => faultsOf(values, device.site.zone, now),
  })
export type AskForm = ReturnType<typeof useAskForm>
