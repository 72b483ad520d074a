import type { actionsRoom } from '@gatehouse/bff/features/actions/routes'
import type { RemoteActionName } from '@gatehouse/shared/remote-actions'
import type { ActionView } from '@gatehouse/shared/views/actions'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { guardedFetch, room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof actionsRoom>()

/** The actions of one device, newest first; large results are fetched one by one. */
export const actionsQuery = (deviceId: string) =>
  infiniteQueryOptions({
    queryKey: key('actions', deviceId),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.devices[':deviceId'].actions.$get(
          { param: { deviceId }, query: { limit: '30', ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })

/** One action with its whole result. */
export const oneAction = async (actionId: string): Promise<ActionView> =>
  (await client.actions[':actionId'].$get({ param: { actionId } })).json() as Promise<ActionView>

/** Queues an action; which one stands in the path, so that its guard comes before its body. */
export const queueAction = async (
  deviceId: string,
  action: RemoteActionName,
  input: Record<string, unknown>,
  expiresInMinutes: number,
): Promise<ActionView> => {
  const answer = await guardedFetch(`/api/devices/${encodeURIComponent(deviceId)}/actions/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input, expiresInMinutes }),
  })
  return answer.json() as Promise<ActionView>
}

/** Takes an action back that has not been handed over yet. */
export const cancelAction = (actionId: string) =>
  said(client.actions[':actionId'].cancel.$post({ param: { actionId } }))
