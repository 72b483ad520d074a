import type { Activity } from '@gatehouse/shared/activities'
import type { PolicyRules, Rule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { useState } from 'react'
import { changesOf, type Edits, edited, type Place, pruned, type RuleChange, rulesAt } from './levels.ts'

interface Draft {
  /** `null` while nothing is chosen. */
  place: Place | null
  edits: Edits
  /** The version and the rules that the edits were made on. */
  version: number
  base: PolicyRules
}

/** What is being written about one place, on top of the policy as it stands now. */
export interface PolicyDraft {
  place: Place | null
  edits: Edits
  /** The rules of the place with the edits in place. */
  rules: PolicyRules
  version: number
  unsaved: boolean
  /** Set while the policy has changed under the edits: what others changed at this very place. */
  meanwhile: RuleChange[] | undefined
  choose(place: Place | null): void
  edit(activity: Activity, rule: Rule | null): void
  /** Takes every rule of the place away: it follows what holds above it. */
  reset(): void
  /** The edits hold on top of what stands now. */
  goOn(): void
  drop(): void
}

const onTop = (policy: PolicyView, place: Place | null, edits: Edits): Draft => ({
  place,
  edits,
  version: policy.version,
  base: place ? rulesAt(policy.levels, place) : {},
})

/** The draft of a policy page; `undefined` while nothing is being changed. */
export const usePolicyDraft = (policy: PolicyView): [PolicyDraft | undefined, open: (place: Place) => void] => {
  const [draft, setDraft] = useState<Draft | null>(null)
  const open = (place: Place) => setDraft(onTop(policy, place, {}))
  if (!draft) return [undefined, open]
  const { place, version, base } = draft
  const present = place ? rulesAt(policy.levels, place) : {}
  const edits = pruned(present, draft.edits)
  const unsaved = Object.keys(edits).length > 0
  return [
    {
      place,
      edits,
      version,
      unsaved,
      rules: edited(present, edits),
      meanwhile: unsaved && version !== policy.version ? changesOf(base, present) : undefined,
      choose: (next) => setDraft(onTop(policy, next, {})),
      edit: (activity, rule) => {
        const next = { ...edits, [activity]: rule }
        // The first edit is made on what is shown; later ones stay on what the first was made on.
        setDraft(unsaved ? { ...draft, edits: next } : onTop(policy, place, next))
      },
      reset: () => {
        const next: Edits = Object.fromEntries(Object.keys(present).map((activity) => [activity, null]))
        setDraft(unsaved ? { ...draft, edits: next } : onTop(policy, place, next))
      },
      goOn: () => setDraft(onTop(policy, place, edits)),
      drop: () => setDraft(null),
    },
    open,
  ]
}
