import type { Rule } from '@gatehouse/shared/policies/policy'
import type { PolicyView } from '@gatehouse/shared/views/policies'
import { counted } from '../../kernel/format.ts'

type People = PolicyView['people']

const mayAsk = (rule: Rule) => rule.inside === 'ask' || rule.outside === 'ask'

/** What the people there are make of a rule that asks: sentences for whoever writes it; none where all is well. */
export const peopleFaults = (rule: Rule, people: People): string[] => {
  if (!people || !mayAsk(rule)) return []
  const everywhere = people.approvers.filter((one) => one.everywhere).length
  const may = people.approvers.length
  return [
    ...(may < rule.approvers
      ? [
          `${may === 0 ? 'Nobody' : counted(may, 'person', 'people')} may answer requests, and this rule wants ${rule.approvers}: nothing can be asked for.`,
        ]
      : everywhere < rule.approvers
        ? [
            `Only ${counted(everywhere, 'person', 'people')} may answer requests for every device. Where fewer than ${rule.approvers} may, nothing can be asked for.`,
          ]
        : []),
    ...(rule.watched && people.watchers === 0 ? ['Nobody may watch sessions: none could go live.'] : []),
  ]
}

/** What a rule wants of the customer's own people: `Two people approve, told step by step`; empty where nothing more. */
export const wantsSay = (rule: Rule): string => {
  const wants = [
    ...(mayAsk(rule) && rule.approvers === 2 ? ['two people approve'] : []),
    ...(mayAsk(rule) && rule.ladder.length > 0 ? ['told step by step'] : []),
    ...(rule.watched ? ['somebody watches'] : []),
  ].join(', ')
  return wants.charAt(0).toUpperCase() + wants.slice(1)
}
