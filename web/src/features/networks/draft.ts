import type { NetworksView, NetworkView } from '@gatehouse/shared/views/networks'
import { useState } from 'react'

/** A network as it is sent. */
export interface Network {
  cidr: string
  note: string
}

/** What is to become of a list, told as changes: so they hold on top of what others change meanwhile. */
export interface Edits {
  added: readonly Network[]
  /** By their CIDR. */
  removed: readonly string[]
  /** Other notes for networks that stay, by their CIDR. */
  notes: Readonly<Record<string, string>>
}

/** A line of the page: a network that stays, comes or goes. */
export interface DraftRow extends Network {
  state: 'kept' | 'noted' | 'added' | 'removed'
  /** The note before, where another one was written. */
  noteBefore?: string
  /** `null` as long as it is not saved. */
  kept: Pick<NetworkView, 'addedBy' | 'addedAt'> | null
}

export const noEdits: Edits = { added: [], removed: [], notes: {} }

/** The edits that still change something of these networks. */
export const pruned = (networks: readonly Network[], edits: Edits): Edits => {
  const noteOf = new Map(networks.map(({ cidr, note }) => [cidr, note]))
  const stays = (cidr: string) => noteOf.has(cidr) && !edits.removed.includes(cidr)
  // What somebody else has added meanwhile is there already; the note written here stays wanted.
  const met = edits.added.filter(({ cidr }) => noteOf.has(cidr))
  const notes = { ...edits.notes, ...Object.fromEntries(met.map(({ cidr, note }) => [cidr, note])) }
  return {
    added: edits.added.filter(({ cidr }) => !noteOf.has(cidr)),
    removed: edits.removed.filter((cidr) => noteOf.has(cidr)),
    notes: Object.fromEntries(Object.entries(notes).filter(([cidr, note]) => stays(cidr) && noteOf.get(cidr) !== note)),
  }
}

/** The lines of a list with edits on top: what stands there in its order, then what is new. */
export const rowsOf = (networks: readonly NetworkView[], edits: Edits): DraftRow[] => [
  ...networks.map(({ cidr, note, addedBy, addedAt }): DraftRow => {
    const kept = { addedBy, addedAt }
    if (edits.removed.includes(cidr)) return { cidr, note, state: 'removed', kept }
    const next = edits.notes[cidr]
    if (next === undefined) return { cidr, note, state: 'kept', kept }
    return { cidr, note: next, noteBefore: note, state: 'noted', kept }
  }),
  ...edits.added.map((one): DraftRow => ({ ...one, state: 'added', kept: null })),
]

/** The list as it would be saved. */
export const resultOf = (rows: readonly DraftRow[]): Network[] =>
  rows.filter(({ state }) => state !== 'removed').map(({ cidr, note }) => ({ cidr, note }))

/** What is being written about a list, on top of the list as it stands now. */
export interface NetworksDraft {
  rows: DraftRow[]
  result: Network[]
  unsaved: boolean
  /** The version the edits were made on. */
  version: number
  /** True while the list has changed under the edits. */
  meanwhile: boolean
  add(network: Network): void
  remove(cidr: string): void
  note(cidr: string, note: string): void
  /** Takes back what is to become of one network. */
  undo(cidr: string): void
  /** The edits hold on top of what stands now. */
  goOn(): void
  drop(): void
}

const without = <T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([one]) => one !== name))

/** The draft of a page; it has no edits at first. */
export const useNetworksDraft = (view: NetworksView): NetworksDraft => {
  const [state, setState] = useState({ edits: noEdits, version: view.version })
  const edits = pruned(view.networks, state.edits)
  const unsaved = edits.added.length + edits.removed.length + Object.keys(edits.notes).length > 0
  // Without edits there is nothing that could be older than what is shown.
  const version = unsaved ? state.version : view.version
  const put = (next: Partial<Edits>) => setState({ edits: { ...edits, ...next }, version })
  const rows = rowsOf(view.networks, edits)
  const stands = (cidr: string) => view.networks.some((one) => one.cidr === cidr)
  return {
    rows,
    result: resultOf(rows),
    unsaved,
    version,
    meanwhile: unsaved && version !== view.version,
    add: ({ cidr, note }) =>
      stands(cidr)
        ? put({ removed: edits.removed.filter((one) => one !== cidr), notes: { ...edits.notes, [cidr]: note } })
        : put({ added: [...edits.added, { cidr, note }] }),
    remove: (cidr) =>
      stands(cidr)
        ? put({ removed: [...edits.removed, cidr], notes: without(edits.notes, cidr) })
        : put({ added: edits.added.filter((one) => one.cidr !== cidr) }),
    note: (cidr, note) =>
      stands(cidr)
        ? put({ notes: { ...edits.notes, [cidr]: note } })
        : put({ added: edits.added.map((one) => (one.cidr === cidr ? { cidr, note } : one)) }),
    undo: (cidr) =>
      put({
        added: edits.added.filter((one) => one.cidr !== cidr),
        removed: edits.removed.filter((one) => one !== cidr),
        notes: without(edits.notes, cidr),
      }),
    goOn: () => setState({ edits, version: view.version }),
    drop: () => setState({ edits: noEdits, version: view.version }),
  }
}
