import type { groupsRoom } from '@gatehouse/bff/features/groups/routes'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'
import type { GrantInput } from './draft.ts'

const client = room<typeof groupsRoom>()
const ofCustomer = client.customers[':customerId'].groups
const ofMaker = client.groups

/** The groups of a customer, or the maker's for `null`. */
export const groups = (customerId: string | null) =>
  queryOptions({
    queryKey: key('groups', customerId),
    queryFn: ({ signal }) =>
      customerId === null
        ? said(ofMaker.$get({}, { init: { signal } }))
        : said(ofCustomer.$get({ param: { customerId } }, { init: { signal } })),
  })

/** What a group (`null`: a new one) would mean with these grants; the last answer stays until the next one is there. */
export const previewQuery = (customerId: string | null, groupId: string | null, grants: GrantInput[]) =>
  queryOptions({
    queryKey: key('groups', customerId, 'preview', groupId, grants),
    queryFn: ({ signal }) =>
      customerId === null
        ? said(ofMaker.preview.$post({ json: { groupId, grants } }, { init: { signal } }))
        : said(ofCustomer.preview.$post({ param: { customerId }, json: { groupId, grants } }, { init: { signal } })),
    placeholderData: keepPreviousData,
  })

/** What of a group can be written. */
export interface GroupFields {
  name: string
  grants: GrantInput[]
}

/** Makes a group. */
export const addGroup = (customerId: string | null, json: GroupFields) =>
  customerId === null ? said(ofMaker.$post({ json })) : said(ofCustomer.$post({ param: { customerId }, json }))

/** Changes a group that stood at `version`. */
export const changeGroup = (customerId: string | null, groupId: string, json: GroupFields & { version: number }) =>
  customerId === null
    ? said(ofMaker[':groupId'].$put({ param: { groupId }, json }))
    : said(ofCustomer[':groupId'].$put({ param: { customerId, groupId }, json }))

/** Removes a group that stood at `version`; whoever was in it loses what it allowed. */
export const removeGroup = (customerId: string | null, groupId: string, version: number) =>
  customerId === null
    ? said(ofMaker[':groupId'].$delete({ param: { groupId }, json: { version } }))
    : said(ofCustomer[':groupId'].$delete({ param: { customerId, groupId }, json: { version } }))
