import { describe, expect, test } from 'vitest'
import { findZones, listedZones } from './zones.ts'

const all = listedZones()

describe('the search for a time zone', () => {
  test.each([
    ['zurich', 'Europe/Zurich'],
    ['Zürich', 'Europe/Zurich'],
    ['Europe/Zurich', 'Europe/Zurich'],
    ['new york', 'America/New_York'],
    ['utc', 'UTC'],
    ['los_ang', 'America/Los_Angeles'],
  ])('%s finds %s first', (search, zone) => {
    expect(findZones(search, all)[0]).toBe(zone)
  })

  test.each([
    ['kolk', 'Asia/Kolkata'],
    ['kolkata', 'Asia/Kolkata'],
    ['calcutta', 'Asia/Calcutta'],
    ['kyiv', 'Europe/Kyiv'],
    ['kiev', 'Europe/Kiev'],
    ['ho chi minh', 'Asia/Ho_Chi_Minh'],
    ['Asia/Kathmandu', 'Asia/Kathmandu'],
  ])('%s finds %s, whichever of two names the browser lists', (search, zone) => {
    expect(findZones(search, all)).toContain(zone)
  })

  test('finds nothing where nothing fits, and offers no offset and no made-up place', () => {
    for (const search of ['nowhere at all', '+02:00', 'CEST', 'urich']) expect(findZones(search, all)).toEqual([])
  })

  test('a city that begins with what was typed goes before one that has it further on', () => {
    expect(findZones('salem', ['America/New_Salem', 'Europe/Salem'])).toEqual(['Europe/Salem', 'America/New_Salem'])
  })

  test('no zone stands there twice', () => {
    expect(new Set(all).size).toBe(all.length)
  })

  test('shows a part of all zones before anything is typed', () => {
    expect(findZones('', all, 20)).toEqual(all.slice(0, 20))
  })
})
