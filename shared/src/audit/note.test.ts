import { ed25519 } from '@noble/curves/ed25519.js'
import { LogCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js'
import { describe, expect, test } from 'vitest'
import { base64, fromBase64, joined, textOf, utf8 } from './bytes.ts'
import {
  checkpointText,
  cosign,
  cosignedAt,
  openCheckpoint,
  originOf,
  readCheckpointText,
  signCheckpoint,
  treeOf,
} from './checkpoint.ts'
import {
  demandSignature,
  keyIdOf,
  printKey,
  printNote,
  readKey,
  readNote,
  signatureOf,
  type VerifierKey,
} from './note.ts'
import { portable } from './portable.ts'
import { demandProof, printProof, readProof } from './proof.ts'
import { storedTree } from './testing/stored-tree.ts'
import { rootOf, treeHasher } from './tree.ts'
import { proveInclusion } from './tree-proofs.ts'

const { sha256 } = portable

/** c2sp.org/signed-note, “Verifier keys”, example. */
const fooKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const fooNote = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`

/** c2sp.org/signed-note, the first example, whose key the specification does not give. */
const quasimodo = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`

/** c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature, examples. */
const behindTheSofa = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

const secret = sha256(utf8('a key of the tests'))
const keyNamed = (name: string, type: VerifierKey['type'] = 1, from = secret): VerifierKey => ({
  name,
  type,
  publicKey: ed25519.getPublicKey(from),
})
const signWith = (from: Uint8Array) => (message: Uint8Array) => ed25519.sign(message, from)
const noted = (text: string) => () => readNote(utf8(text))

describe('signed notes, as c2sp.org/signed-note has them', () => {
  test('the example of the specification verifies, and is written again byte for byte', () => {
    const key = readKey(sha256, fooKey)
    const note = readNote(utf8(fooNote))
    expect(note.text).toBe('This is an example message.\n')
    expect(() => demandSignature(portable, note, key)).not.toThrow()
    expect(textOf(printNote(note))).toBe(fooNote)
    expect(printKey(sha256, key)).toBe(fooKey)
  })

  test('the text ends at the last empty line, and may hold others', () => {
    const note = readNote(utf8(quasimodo))
    expect(note.text.endsWith('raggio di sole:\n\ned è subito sera.\n')).toBe(true)
    expect(note.signatures.map(({ name }) => name)).toEqual(['quasimodo.example/salvatore'])
    expect(textOf(printNote(note))).toBe(quasimodo)
  })

  test('signatures of other keys are passed over; a wrong one of a known key refuses the note', () => {
    const key = readKey(sha256, fooKey)
    const { text, signatures } = readNote(utf8(fooNote))
    const stranger = signatureOf(sha256, keyNamed('example.com/bar'), new Uint8Array(64))
    const sameName = signatureOf(sha256, keyNamed('example.com/foo'), new Uint8Array(64))
    const sameId = { ...stranger, keyId: keyIdOf(sha256, key) }
    const open = (with_: typeof signatures) => () => demandSignature(portable, { text, signatures: with_ }, key)
    expect(open([stranger, sameName, sameId, ...signatures])).not.toThrow()
    expect(open([stranger, sameName, sameId])).toThrow('it is not signed by the key of example.com/foo')
    const wrong = signatureOf(sha256, key, new Uint8Array(64))
    expect(open([...signatures, wrong])).toThrow('does not fit the text')
    const short = signatureOf(sha256, key, new Uint8Array(63))
    expect(open([short])).toThrow('does not fit the text')
  })

  test('AL17 a key of another type under the same name signs nothing here', () => {
    const key = readKey(sha256, fooKey)
    expect(() => demandSignature(portable, readNote(utf8(fooNote)), { ...key, type: 4 })).toThrow('not signed')
    const witness = keyNamed('example.com/witness', 4)
    const signatures = [signatureOf(sha256, witness, ed25519.sign(utf8('text\n'), secret))]
    expect(() => demandSignature(portable, { text: 'text\n', signatures }, witness)).toThrow('not signed')
  })

  const line = '— example.com/foo Uw2QOkn8srV1yJGh'
  test.each<[string, string]>([
    ['text\n', 'no signature'],
    ['text\n\n', 'no signature'],
    [`text\n${line}\n`, 'no signature'],
    [`text\n\n${line}`, 'no signature'],
    [`te\txt\n\n${line}\n`, 'control character'],
    [`te\rxt\n\n${line}\n`, 'control character'],
    [`text\n\n- example.com/foo Uw2QOkn8srV1yJGh\n`, 'malformed'],
    [`text\n\n— exam+ple Uw2QOkn8srV1yJGh\n`, 'malformed'],
    [`text\n\n—  Uw2QOkn8srV1yJGh\n`, 'malformed'],
    [`text\n\n— foo\u00a0bar Uw2QOkn8srV1yJGh\n`, 'malformed'],
    [`text\n\n${line} more\n`, 'malformed'],
    [`text\n\n${line}!\n`, 'base64'],
    ['text\n\n— foo Uw2QOkk\n', 'base64'],
    ['text\n\n— foo Uw2QOkl=\n', 'base64'],
    ['text\n\n— foo Uw2QOg==\n', 'too short'],
  ])('%j is refused: %s', (text, because) => {
    expect(noted(text)).toThrow(because)
  })

  test('sixteen signatures and more are read, but not any number', () => {
    expect(readNote(utf8(`text\n\n${`${line}\n`.repeat(16)}`)).signatures).toHaveLength(16)
    expect(noted(`text\n\n${`${line}\n`.repeat(101)}`)).toThrow('too many')
  })

  test('what is no text of a note is not written', () => {
    const signatures = [signatureOf(sha256, keyNamed('foo'), new Uint8Array(64))]
    for (const text of ['', 'no newline', 'a\tb\n', '\ud800\n'])
      expect(() => printNote({ text, signatures })).toThrow('cannot be signed')
    expect(() => printNote({ text: 'text\n', signatures: [] })).toThrow('cannot be signed')
  })

  test.each([
    fooKey.replace('530d903a', '530d903b'),
    fooKey.replace('530d903a', '530D903A'),
    fooKey.replace('foo', 'fop'),
    fooKey.replace('AekyeR', 'AekyeS'),
    fooKey.slice(0, -1),
    `${fooKey} `,
    fooKey.replace('Aeky', 'Aiky'),
    'example.com/foo',
    '',
  ])('a key that was not copied whole is refused: %s', (text) => {
    expect(() => readKey(sha256, text)).toThrow(expect.objectContaining({ name: 'Flawed' }))
  })
})

describe('checkpoints, as c2sp.org/tlog-checkpoint has them', () => {
  test('the example is read, and printed again byte for byte', () => {
    const { text, signatures } = readNote(utf8(behindTheSofa))
    const checkpoint = readCheckpointText(text)
    expect(checkpoint.origin).toBe('example.com/behind-the-sofa')
    expect(checkpoint.size).toBe(20_852_163)
    expect(base64(checkpoint.root)).toBe('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=')
    expect(checkpointText(checkpoint)).toBe(text)
    expect(signatures.map(({ signature }) => signature.length)).toEqual([64, 72])
  })

  const good = 'o\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
  test.each([
    good.replace('7', '07'),
    good.replace('7', '-7'),
    good.replace('7', '+7'),
    good.replace('7', ' 7'),
    good.replace('7', ''),
    good.replace('7', '9007199254740992'),
    good.replace('o', ''),
    good.replace('q2I=', 'q2J='),
    good.replace('q2I=', 'q2I'),
    good.replace('CsUY', ''),
    good.slice(0, -1),
    `${good}\n`,
    `${good}\nmore\n`,
    'o\n7\n',
  ])('%j is refused', (text) => {
    expect(() => readCheckpointText(text)).toThrow(expect.objectContaining({ flaw: 'malformed' }))
  })

  test('extension lines are kept and printed', () => {
    const checkpoint = readCheckpointText(`${good}one\ntwo\n`)
    expect(checkpoint.extensions).toEqual(['one', 'two'])
    expect(checkpointText(checkpoint)).toBe(`${good}one\ntwo\n`)
  })

  test('what would be read as another checkpoint is not printed', () => {
    const root = new Uint8Array(32)
    for (const checkpoint of [
      { origin: 'a\nb', size: 1, root },
      { origin: 'a', size: 1.5, root },
      { origin: 'a', size: -1, root },
      { origin: 'a', size: 1, root: root.slice(1) },
      { origin: '', size: 1, root },
      { origin: 'a', size: 1, root, extensions: [''] },
      { origin: 'a', size: 1, root, extensions: ['b\nc'] },
    ])
      expect(() => checkpointText(checkpoint)).toThrow(expect.objectContaining({ flaw: 'malformed' }))
  })

  const origin = originOf('server-1', 'customer-1')
  const key = keyNamed(origin)
  const checkpoint = { origin, size: 3, root: sha256(utf8('root')) }
  const signed = () => signCheckpoint(sha256, checkpoint, key, signWith(secret))

  test('what is signed is opened with the pinned key, and read by another author’s reader', async () => {
    const bytes = await signed()
    expect(openCheckpoint(portable, bytes, readKey(sha256, printKey(sha256, key))).checkpoint).toEqual(checkpoint)
    const theirs = LogCheckpoint.fromString(readNote(bytes).text)
    expect([theirs.origin, theirs.logSize, base64(theirs.logHash)]).toEqual([origin, 3n, base64(checkpoint.root)])
  })

  test('AL17 a checkpoint of another customer or server is refused by name, though the same key signed it', async () => {
    for (const name of [originOf('server-1', 'customer-2'), originOf('server-2', 'customer-1')]) {
      const other = await signCheckpoint(sha256, { ...checkpoint, origin: name }, keyNamed(name), signWith(secret))
      expect(() => openCheckpoint(portable, other, key)).toThrow(
        expect.objectContaining({ flaw: 'origin', message: expect.stringContaining(name) }),
      )
    }
  })

  test('AL17 a checkpoint of this name by another key is refused', async () => {
    const other = sha256(utf8('another key'))
    const forged = await signCheckpoint(sha256, checkpoint, keyNamed(origin, 1, other), signWith(other))
    expect(() => openCheckpoint(portable, forged, key)).toThrow(expect.objectContaining({ flaw: 'signature' }))
  })

  test('AL17 a key signs no tree but its own', async () => {
    const foreign = keyNamed(originOf('server-1', 'customer-2'))
    await expect(signCheckpoint(sha256, checkpoint, foreign, signWith(secret))).rejects.toThrow('signs no other tree')
  })

  test('AL17 origins name a tree, and nothing that could be read in two ways', () => {
    expect(treeOf(origin)).toBe('customer-1')
    for (const tree of ['', 'a/b', 'a b', 'a\nb', 'a+b', 'a"b']) expect(() => originOf('server', tree)).toThrow()
    for (const server of ['', 'a b', 'a+b']) expect(() => originOf(server, 'tree')).toThrow()
    for (const name of ['server/audit/', 'server/other/tree', '/audit/tree', 'server'])
      expect(() => treeOf(name)).toThrow()
  })

  test('AL18 a witness cosigns with its time; another text, time or witness does not pass', async () => {
    const note = readNote(await signed())
    const witness = keyNamed('device-7', 4, sha256(utf8('a device')))
    const cosigned = await cosign(sha256, note, witness, 1_679_315_147, signWith(sha256(utf8('a device'))))
    const read = readNote(printNote(cosigned))
    expect(cosignedAt(portable, read, witness)).toBe(1_679_315_147)
    // The log's own signature still stands.
    expect(() => demandSignature(portable, read, key)).not.toThrow()
    expect(() => cosignedAt(portable, note, witness)).toThrow('has not cosigned')
    expect(() => cosignedAt(portable, read, { ...witness, name: 'device-8' })).toThrow('has not cosigned')
    expect(() => cosignedAt(portable, { ...read, text: read.text.replace('3', '4') }, witness)).toThrow('does not fit')
    const later = read.signatures.map((one) =>
      one.signature.length === 72 ? { ...one, signature: one.signature.with(7, 0) } : one,
    )
    expect(() => cosignedAt(portable, { ...read, signatures: later }, witness)).toThrow('does not fit')
    await expect(cosign(sha256, note, key, 1, signWith(secret))).rejects.toThrow('signs no checkpoints of others')
  })

  // c2sp.org/tlog-cosignature, “Ed25519 signed message”.
  test('the message of a cosignature is that of the specification', async () => {
    let seen = ''
    const sign = (message: Uint8Array) => {
      seen = textOf(message)
      return new Uint8Array(64)
    }
    await cosign(sha256, readNote(utf8(behindTheSofa)), keyNamed('w', 4), 1_679_315_147, sign)
    expect(seen).toBe(
      'cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
    )
    // Its example carries the same time in front of its signature.
    const example = readNote(utf8(behindTheSofa)).signatures[1]?.signature as Uint8Array
    expect(new DataView(example.buffer, example.byteOffset).getBigUint64(0)).toBe(1_679_315_147n)
  })
})

describe('proofs of one entry, as c2sp.org/tlog-proof has them', () => {
  const origin = originOf('server-1', 'customer-1')
  const key = keyNamed(origin)
  const leaves = [...Array(11).keys()].map((i) => utf8(`entry ${i}`))

  const proofOf = async (index: number) => {
    const tree = storedTree(sha256, leaves.map(treeHasher(sha256).leaf))
    const root = rootOf(sha256, tree.frontier())
    const checkpoint = await signCheckpoint(sha256, { origin, size: 11, root }, key, signWith(secret))
    return { index, hashes: await proveInclusion(sha256, tree.fetch, index, 11), checkpoint }
  }

  test('the example of the specification is read (its signatures are shortened there, and are replaced)', () => {
    const text = `c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog hI2DJw1roloI
`
    const proof = readProof(utf8(text))
    expect(proof.index).toBe(73_894)
    expect(textOf(proof.extra as Uint8Array)).toBe('age-v1.2.1-darwin-arm64.tar.gz')
    expect(proof.hashes.map(base64)).toEqual([
      'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=',
      'B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=',
    ])
    expect(readCheckpointText(readNote(proof.checkpoint).text).size).toBe(109_482)
    expect(textOf(printProof(proof))).toBe(text)
  })

  test('AL15 each entry is proven by its own proof, and by no other', async () => {
    for (const index of leaves.keys()) {
      const proof = readProof(printProof(await proofOf(index)))
      for (const [other, leaf] of leaves.entries()) {
        const demand = () => demandProof(portable, leaf, proof, key)
        if (other === index) expect(demand).not.toThrow()
        else expect(demand).toThrow('do not give the root')
      }
    }
  })

  test('AL15 AL17 every byte that is flipped is noticed, and so is the proof of another customer', async () => {
    const bytes = printProof(await proofOf(5))
    for (let i = 0; i < bytes.length; i++) {
      const flipped = bytes.with(i, (bytes[i] as number) ^ (1 << (i % 8)))
      expect(() => demandProof(portable, leaves[5] as Uint8Array, readProof(flipped), key)).toThrow()
    }
    const stranger = keyNamed(originOf('server-1', 'customer-2'))
    expect(() => demandProof(portable, leaves[5] as Uint8Array, readProof(bytes), stranger)).toThrow(
      expect.objectContaining({ flaw: 'origin' }),
    )
  })

  test('more hashes than any tree is deep are refused', () => {
    const lines = 'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n'.repeat(64)
    expect(() => readProof(utf8(`c2sp.org/tlog-proof@v1\nindex 1\n${lines}\ncheckpoint\n`))).toThrow('any tree is deep')
  })

  test.each([
    'c2sp.org/tlog-proof@v2\nindex 1\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex 01\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex 1\nextra AAAA\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\ncheckpoint\n',
    'c2sp.org/tlog-proof@v1\nindex 1\n',
  ])('%j is refused', (text) => {
    expect(() => readProof(utf8(text))).toThrow(expect.objectContaining({ flaw: 'malformed' }))
  })
})

test('base64 has one spelling for each byte string', () => {
  for (const text of ['', 'AA==', 'AAA=', 'AAAA', '/+8=']) expect(base64(fromBase64(text))).toBe(text)
  for (const text of ['A', 'AA', 'AA=', 'AB==', 'AAB=', 'AAA', 'AA==AA==', 'AA= =', '_-8=', 'AA==\n'])
    expect(() => fromBase64(text)).toThrow('base64')
  expect(joined()).toEqual(new Uint8Array(0))
})
