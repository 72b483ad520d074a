import { describe, expect, test } from 'vitest'
import { forgeries } from '../testing/forgeries.ts'
import { errorWords, openLog } from './log.ts'

describe('AU12 what the log keeps of an error', () => {
  test('neither parameters of a query nor the details of PostgreSQL', () => {
    const cause = Object.assign(new Error('duplicate key value violates unique constraint "person_email"'), {
      code: '23505',
      constraint_name: 'person_email',
      detail: 'Key (email)=(secret@example.com) already exists.',
    })
    const error = Object.assign(new Error('Failed query: insert …\nparams: hunter2-hash', { cause }), {
      query: 'insert into person values ($1)',
      params: ['hunter2-hash'],
    })
    const text = JSON.stringify(errorWords(error))
    expect(text).not.toMatch(/hunter2|secret@/)
    expect(text).toContain('person_email')
    expect(text).toContain('insert into person')
  })
})

test('IO05 what somebody sent stays in the one line that tells of it', () => {
  let written = ''
  const log = openLog('info', {
    write: (text) => {
      written += text
    },
  })
  for (const text of forgeries) log.info({ path: text, err: new Error(text) }, text)
  const lines = written.split('\n').slice(0, -1)
  expect(lines).toHaveLength(forgeries.length)
  expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg.toWellFormed())).toEqual(
    forgeries.map((text) => text.toWellFormed()),
  )
})
