import type { viewingRoom } from '@gatehouse/bff/features/viewing/routes'
import { room, said } from '../../kernel/api.ts'

const client = room<typeof viewingRoom>()

/** Begins to look at Gatehouse as a person of a customer. */
export const startViewing = (
  customerId: string,
  personId: string,
  json: { reason: string; caseNumber: string; minutes: number },
) => said(client.customers[':customerId'].people[':personId'].viewing.$post({ param: { customerId, personId }, json }))

/** Stops looking as somebody else. */
export const stopViewing = () => said(client.me.viewing.$delete())
