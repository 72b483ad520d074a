import { describe, expect, test } from 'vitest'
import { errorWords } from './log.ts'

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
