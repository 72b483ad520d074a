import { readFile } from 'node:fs/promises'
import type { House } from '../../kernel/house.ts'

const packaged = async (): Promise<Set<string>> => {
  const [common, english] = await Promise.all([import('@zxcvbn-ts/language-common'), import('@zxcvbn-ts/language-en')])
  const lists = [common.dictionary['passwords-common'], english.dictionary['commonWords-en']]
  return new Set(lists.flat().map((word) => String(word).toLowerCase()))
}

let ours: Promise<Set<string>> | undefined
const more = new Map<string, Promise<Set<string>>>()

const fileOf = async (path: string): Promise<Set<string>> =>
  new Set((await readFile(path, 'utf8')).split(/\r?\n/).filter(Boolean))

/** Reads the lists: the packaged one, and the operator's file where one is set; a file that is not there throws. */
export const readLists = async (file: string | undefined): Promise<{ common: Set<string>; listed: Set<string> }> => {
  ours ??= packaged()
  if (!file) return { common: await ours, listed: new Set() }
  const own = more.get(file) ?? fileOf(file)
  more.set(file, own)
  return { common: await ours, listed: await own }
}

/** Reads the operator's file before the door opens, so that a wrong path is said at the start. */
export const readListsFirst = async (house: House): Promise<void> => {
  const { passwordList } = house.settings
  if (!passwordList) return
  await readLists(passwordList).catch((error: unknown) => {
    throw new Error('GATEHOUSE_PASSWORD_LIST cannot be read', { cause: error })
  })
}

const leet: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
}

/** The list's word in a password of which only trimmings are its own: `Password1234!`, `l3tmein`, `secretsecret`. */
const coresOf = (password: string): string[] => {
  const plain = password.toLowerCase()
  const trimmed = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const forms = [plain, plain.trim(), trimmed, trimmed.replace(/[^\p{L}]/gu, (char) => leet[char] ?? char)]
  return forms.flatMap((form) => [form, form.replace(/^(.+?)\1+$/u, '$1')])
}

/** True where a password is on the lists, or a word of them with trimmings. */
export const isCommon = async (file: string | undefined, password: string): Promise<boolean> => {
  const { common, listed } = await readLists(file)
  return listed.has(password) || coresOf(password).some((core) => common.has(core))
}
