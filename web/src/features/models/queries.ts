import type { modelsRoom } from '@gatehouse/bff/features/devices/model-routes'
import type { Declaration } from '@gatehouse/shared/devices/declaration'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { room, said } from '../../kernel/api.ts'
import { key } from '../../kernel/keys.ts'

const client = room<typeof modelsRoom>()

/** What of a model can be written. */
export interface ModelFields {
  name: string
  maker: string
  declaration: Declaration
}

/** The models one may see, by name. */
export const modelsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: key('models', search),
    queryFn: ({ pageParam, signal }) =>
      said(
        client.models.$get(
          { query: { limit: '50', ...(search && { search }), ...(pageParam && { cursor: pageParam }) } },
          { init: { signal } },
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })

/** One model with its declaration. */
export const modelQuery = (modelId: string) =>
  queryOptions({
    queryKey: key('model', modelId),
    queryFn: ({ signal }) => said(client.models[':modelId'].$get({ param: { modelId } }, { init: { signal } })),
  })

/** Declares a model; answers its id and name. */
export const addModel = (json: ModelFields) => said(client.models.$post({ json }))

/** Writes the next version of a model that stood at `version`. */
export const changeModel = (modelId: string, json: ModelFields & { version: number }) =>
  said(client.models[':modelId'].$put({ param: { modelId }, json }))
