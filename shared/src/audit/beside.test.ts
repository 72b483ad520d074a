import { expect, test } from 'vitest'
import { besideList, readBesideList } from './beside.ts'
import { utf8 } from './bytes.ts'
import { portable } from './portable.ts'

const { sha256 } = portable
const hash = '0'.repeat(64)
const heading = 'The SHA-256 of all that was put into verifier/ (sha256sum -c reads these lines):'

test('AL15 what lies beside a bundle is listed as sha256sum -c reads it, and read again', () => {
  const files = new Map([
    ['verifier/gatehouse-verify.mjs', utf8('')],
    ['verifier/verify.html', utf8('abc')],
  ])
  const list = besideList(sha256, files)
  expect(list.split('\n').slice(2)).toEqual([
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  verifier/gatehouse-verify.mjs',
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  verifier/verify.html',
    '',
  ])
  expect([...(readBesideList(`What it is.\n${list}`)?.keys() ?? [])]).toEqual([...files.keys()])
  expect(readBesideList(`What it is.\n${besideList(sha256, new Map())}`)).toEqual(new Map())
  // Of before there was a list.
  expect(readBesideList('What it is.\n')).toBeUndefined()
})

test.each([
  ['no name', `${hash}\n`],
  ['one space', `${hash} verifier/a\n`],
  ['capitals', `${'A'.repeat(64)}  verifier/a\n`],
  ['a name elsewhere', `${hash}  events.jsonl\n`],
  ['a name deeper', `${hash}  verifier/a/b\n`],
  ['a line that does not end', `${hash}  verifier/a`],
  ['words behind it', `${hash}  verifier/a\n\nAnd more.\n`],
  ['a second list', `${hash}  verifier/a\n\n${heading}\n${hash}  verifier/b\n`],
])('AL15 a list with %s is refused', (_, lines) => {
  expect(() => readBesideList(`What it is.\n\n${heading}\n${lines}`)).toThrow('malformed')
})
