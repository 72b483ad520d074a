import { describe, expect, test } from 'vitest'
import { contextWords, isVariant, passwordLength, unfit } from './rules.ts'

const words = contextWords({
  name: 'Clara Meier',
  email: 'c.meier@helvetia.example',
  maker: 'Alpenwerk Instruments',
  customer: 'Helvetia Pharma',
})
const about = { words, present: 'brass weights on linen 7' }

describe('AU06 a password', () => {
  test.each([
    ['lower-case words alone', 'seven slow herons'],
    ['exactly the least', 'qfxwzupkvbna'],
    ['the most', `${'four herons wade here '.repeat(6).slice(0, 127)}!`],
    ['spaces at its ends', '  seven slow herons  '],
    ['no letter at all', '90417 55280 36618'],
    ['characters beyond the first plane', '🦩 seven slow 🦢'],
  ])('may be %s', (_, next) => {
    expect(unfit(next, about)).toBeUndefined()
  })

  test('has 12 characters at least and 128 at most, counted as people count', () => {
    expect(unfit('qfxwzupkvbn', about)).toContain('at least 12')
    expect(unfit('🦩'.repeat(11), about)).toContain('at least 12')
    expect(unfit('herons wade '.repeat(11), about)).toContain('at most 128')
    expect(passwordLength).toEqual({ least: 12, advised: 15, most: 128 })
  })
})

describe('AU07 context and monotony are refused', () => {
  test.each([
    'Clara Meier 1984',
    'c.meier@helvetia.example',
    'Alpenwerk2026!!!',
    'Helvetia-Pharma-01',
    'GatehouseGatehouse',
    'Alpenwerk Instruments',
    'aaaaaaaaaaaa',
    'abcdefghijkl',
    '9876543210987',
    'abababababab',
  ])('%s', (next) => {
    expect(unfit(next, about)).toBeDefined()
  })
})

describe('AU07 words of one’s own', () => {
  test.each(['CLARA meier HELVETIA 7', 'clara-clara-clara-clara', 'alpenwerk helvetia abc', 'xMeierxClaraxPharmax'])(
    'are no password: %s',
    (next) => expect(unfit(next, about)).toContain('mostly your name'),
  )

  test.each(['clara sees slow herons wade', 'seven slow herons at helvetia', 'meier? four otters dive'])(
    'harm nothing among enough others: %s',
    (next) => expect(unfit(next, about)).toBeUndefined(),
  )

  test('are those of whoever chooses, and of nobody else', () => {
    expect(unfit('Luis Ortega Great Lakes', about)).toBeUndefined()
    const his = contextWords({
      name: 'Luis Ortega',
      email: 'luis@lakes.example',
      maker: 'A',
      customer: 'Great Lakes Foods',
    })
    expect(unfit('Luis Ortega Great Lakes', { words: his })).toContain('mostly your name')
  })
})

describe('AU09 a variant of the present password is refused', () => {
  test.each([
    'BRASS weights on linen 7',
    'brass weights on linen 8',
    'brass weights on linen 77',
    'brass weights on linen',
    '1brass weights on linen 7!',
    'Brass weights on linen 2026!!',
  ])('%s', (next) => {
    expect(unfit(next, about)).toContain('present password')
  })

  test('another password is none', () => {
    expect(isVariant('seven slow herons', 'brass weights on linen 7')).toBe(false)
  })
})
