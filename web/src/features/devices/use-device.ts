import { useQuery } from '@tanstack/react-query'
import { useFreshAt } from '../../kernel/fresh-at.ts'
import { deviceQuery } from './queries.ts'

/** One device with the verdicts about it; asked for anew when a window of its policy opens or closes. */
export const useDevice = (deviceId: string) => {
  const options = deviceQuery(deviceId)
  const device = useQuery(options)
  useFreshAt(options.queryKey, device.data?.turnsAt)
  return device
}
