import { CheckIn, type DeviceMessage } from '@gatehouse/shared/agent/messages'

/** The messages of a check-in's text, or `undefined` where it is not in the language. */
export const readCheckIn = (text: string): readonly DeviceMessage[] | undefined => {
  try {
    return CheckIn.safeParse(JSON.parse(text)).data?.messages
  } catch {
    return undefined
  }
}
