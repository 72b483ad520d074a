import { type Activity, activityNames } from '@gatehouse/shared/activities'
import type { Scope } from '@gatehouse/shared/decide'
import type { Named } from '@gatehouse/shared/views/basics'
import type { GroupView } from '@gatehouse/shared/views/groups'
import { useMemo, useState } from 'react'

/** The ways to choose devices by a list. */
export type ListedKind = Exclude<Scope['kind'], 'all'>

/** One grant as it is being written. */
export interface Card {
  key: number
  activities: readonly Activity[]
  kind: Scope['kind']
  /** What was chosen of each kind, so that looking at another kind loses nothing; a tag is its own id. */
  chosen: Readonly<Partial<Record<ListedKind, readonly Named[]>>>
}

/** A grant as it is sent. */
export interface GrantInput {
  activities: Activity[]
  scope:
    | { kind: 'all' }
    | { kind: 'customers' | 'sites' | 'models' | 'devices'; ids: string[] }
    | { kind: 'tags'; tags: string[] }
}

/** What is chosen in a card as it stands. */
export const chosenIn = ({ kind, chosen }: Card): readonly Named[] => (kind === 'all' ? [] : (chosen[kind] ?? []))

const oneOf: Record<ListedKind, string> = {
  customers: 'customer',
  sites: 'site',
  models: 'model',
  devices: 'device',
  tags: 'tag',
}

/** What a card still lacks, in words; a card that lacks something is not sent. */
export const lackOf = (card: Card): string | undefined => {
  if (card.activities.length === 0) return 'Choose at least one activity.'
  return card.kind !== 'all' && chosenIn(card).length === 0 ? `Choose at least one ${oneOf[card.kind]}.` : undefined
}

const scopeOf = (card: Card): GrantInput['scope'] => {
  const ids = chosenIn(card).map(({ id }) => id)
  if (card.kind === 'all') return { kind: 'all' }
  return card.kind === 'tags' ? { kind: 'tags', tags: ids } : { kind: card.kind, ids }
}

/** The cards as they are sent, without those that lack something; activities in the order of their table. */
export const grantsOf = (cards: readonly Card[]): GrantInput[] =>
  cards
    .filter((card) => lackOf(card) === undefined)
    .map((card) => ({
      activities: activityNames.filter((name) => card.activities.includes(name)),
      scope: scopeOf(card),
    }))

/** The cards of a group as it stands. */
export const cardsOf = (group: Pick<GroupView, 'grants'>): Card[] =>
  group.grants.map(({ activities, scope, scopeNames }, key) => {
    const ids = scope.kind === 'all' ? [] : scope.kind === 'tags' ? scope.tags : scope.ids
    const named = ids.map((id, at) => ({ id, name: scopeNames[at] ?? id }))
    return { key, activities, kind: scope.kind, chosen: scope.kind === 'all' ? {} : { [scope.kind]: named } }
  })

const emptyCard = (key: number): Card => ({ key, activities: [], kind: 'all', chosen: {} })

/** What a new group starts as: one card with nothing on it. */
export const blankCards = (): Card[] => [emptyCard(0)]

/** True where saving would make a difference, or something was begun that cannot be saved yet. */
export const differs = (
  group: Pick<GroupView, 'name' | 'grants'> | null,
  name: string,
  cards: readonly Card[],
): boolean => {
  const before = group ? cardsOf(group) : []
  const begun = (all: readonly Card[]) => all.some((card) => lackOf(card) !== undefined)
  if (!group && cards.every(({ activities, kind }) => activities.length === 0 && kind === 'all')) return name !== ''
  return (
    name.trim() !== (group?.name ?? '') ||
    (begun(cards) && !begun(before)) ||
    JSON.stringify(grantsOf(cards)) !== JSON.stringify(grantsOf(before))
  )
}

/** A group as it is being written, on top of how it stood when that was begun (`null`: a new one). */
export interface GroupDraft {
  name: string
  setName(name: string): void
  cards: readonly Card[]
  /** What is sent; the same object as long as it means the same. */
  grants: GrantInput[]
  unsaved: boolean
  /** The first thing that is lacking, in words. */
  lack: string | undefined
  put(card: Card): void
  add(): void
  remove(key: number): void
}

/** The draft of a page. */
export const useGroupDraft = (base: GroupView | null): GroupDraft => {
  const [name, setName] = useState(base?.name ?? '')
  const [cards, setCards] = useState(() => (base ? cardsOf(base) : blankCards()))
  const sent = JSON.stringify(grantsOf(cards))
  const grants = useMemo((): GrantInput[] => JSON.parse(sent), [sent])
  const unfit = cards.findIndex((card) => lackOf(card) !== undefined)
  const card = cards[unfit]
  return {
    name,
    setName,
    cards,
    grants,
    unsaved: differs(base, name, cards),
    lack: name.trim() === '' ? 'Give the group a name.' : card && `Card ${unfit + 1}: ${lackOf(card)}`,
    put: (next) => setCards(cards.map((one) => (one.key === next.key ? next : one))),
    add: () => setCards([...cards, emptyCard(Math.max(base?.grants.length ?? 0, ...cards.map(({ key }) => key + 1)))]),
    remove: (key) => setCards(cards.filter((one) => one.key !== key)),
  }
}
