import { entryNumber } from '@gatehouse/shared/audit-faults'
import type { Db } from '../../kernel/database/connect.ts'
import { theMakerItself } from '../../kernel/database/wall.ts'
import { copyName } from '../audit/door.ts'
import { customerNames } from '../customers/door.ts'
import type { Compared, ComparedLog } from './compare.ts'

const counted = (count: number): string => `${count} ${count === 1 ? 'entry' : 'entries'}`

const sentence = ({ size, copied, lost, signed }: ComparedLog): string => {
  if (signed === undefined)
    return `${counted(size)} in the database, ${copied} in the copy${copied < size ? ': the rest is on its way' : ''}`
  const parts = lost > 0 ? `: ${copied - lost} as in the database, ${lost} in the copy alone` : ''
  return `${copied} of ${counted(signed)} that were signed in the copy${parts}`
}

/** What a comparison with the copy outside found, line by line, with the names of the logs. */
export const saidOfCopy = async (
  db: Db,
  maker: string,
  { logs, trees, differences }: Compared,
): Promise<{ lines: string[]; differs: boolean }> => {
  const customers = await customerNames(
    db,
    trees.filter((tree) => tree !== theMakerItself),
  )
  const nameOf = (tree: string) =>
    tree === theMakerItself ? maker : (customers.get(tree) ?? `A customer who is not there any more (${tree})`)
  const newest = new Map(logs.map(({ of, epoch }) => [of, epoch]))
  const calls = new Map<string, string>([
    ...trees.map((tree) => [copyName(tree, 1), nameOf(tree)] as const),
    ...logs
      .filter(({ of }) => (newest.get(of) ?? 1) > 1)
      .map((one) => {
        const ended = one.signed === undefined ? '' : ', ended by a restore'
        return [one.tree, `${nameOf(one.of)} (epoch ${one.epoch}${ended})`] as const
      }),
  ])
  const called = (name: string) => calls.get(name) ?? name
  const lines = [
    ...logs.map((one) => `${called(one.tree)}: ${sentence(one)}.`),
    ...differences.map(
      ({ tree, seq, says }) =>
        `DIFFERENT  ${called(tree)}${seq === null ? '' : `, entry ${entryNumber(seq)}`}: ${says}.`,
    ),
    ...(differences.length === 0 ? ['', 'What is in the copy is what was signed, and what the database has.'] : []),
  ]
  return { lines, differs: differences.length > 0 }
}
