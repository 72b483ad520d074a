import { Declaration } from '@gatehouse/shared/devices/declaration'
import { describe, expect, test } from 'vitest'
import {
  blankRow,
  declarationChanges,
  faultAt,
  fieldsOf,
  formOf,
  type ModelForm,
  placedFaults,
  readDeclaration,
} from './declaration-form.ts'

const declaration = Declaration.parse({
  driver: 'scale',
  items: [
    { key: 'weight', says: 'Weight', type: 'number', unit: 'g', everySeconds: 1, deadband: 0.01, digits: 4 },
    { key: 'drift', says: 'Drift', type: 'number', unit: 'mg', limit: { min: -5, severity: 'critical' } },
    { key: 'door.open', says: 'Door', type: 'boolean' },
  ],
  alarms: [{ code: 'overload', says: 'Overload', severity: 'critical' }],
  settings: [{ key: 'filter', says: 'Filter', type: 'number', min: 1, max: 5 }],
  logs: [{ name: 'agent', says: "The agent's own log" }],
})
const model = { name: 'XA', maker: 'Alpenwerk', declaration }

const editedForm = (edit: (form: ModelForm) => void): ModelForm => {
  const form = formOf(model)
  edit(form)
  return form
}
const first = (form: ModelForm) => form.items[0] ?? blankRow.items()

describe('the form of a model', () => {
  test('sends unchanged what was not touched', () => {
    expect(fieldsOf(formOf(model))).toEqual({ fields: model })
  })

  test('reads numbers as people write them, and leaves a limit out where none is given', () => {
    const sent = fieldsOf(
      editedForm((form) => {
        Object.assign(first(form), { deadband: ' 0,5 ', everySeconds: '30', min: '', max: '1e3', severity: 'info' })
        if (form.items[1]) Object.assign(form.items[1], { min: ' ', max: '' })
      }),
    )
    const items = 'fields' in sent ? sent.fields.declaration.items : []
    expect(items[0]).toMatchObject({ deadband: 0.5, everySeconds: 30, limit: { max: 1000, severity: 'info' } })
    expect(items[0]?.limit).not.toHaveProperty('min')
    expect(items[1]).not.toHaveProperty('limit')
  })

  test.each([['everySeconds'], ['deadband'], ['digits']])('says where %s is no number, and sends nothing', (field) => {
    for (const typed of ['', 'ten', '1.2.3', '∞', 'Infinity', 'NaN']) {
      const form = editedForm((one) => Object.assign(first(one), { [field]: typed }))
      expect(fieldsOf(form)).toEqual({ faults: { [faultAt('items', first(form).id, field)]: 'Write a number' } })
    }
  })

  test('what is no number has no limits, however they were typed before', () => {
    const form = editedForm((one) => Object.assign(first(one), { type: 'text', max: '7', deadband: '', digits: 'x' }))
    const sent = fieldsOf(form)
    expect('fields' in sent && sent.fields.declaration.items[0]).toMatchObject({ type: 'text', deadband: 0, digits: 0 })
    expect('fields' in sent && sent.fields.declaration.items[0]).not.toHaveProperty('limit')
  })

  test("the server's sentences stand at their rows, also after rows above were taken away", () => {
    const form = formOf(model)
    const [weight, drift] = form.items
    const faults = placedFaults(
      {
        name: 'There is a model of this name.',
        'declaration.items.1.key': '“weight” stands here twice',
        'declaration.items.1.limit': 'The least is above the most',
        'declaration.items.0.limit.max': 'Write a number',
        'declaration.settings.0': 'The least is above the most',
        'declaration.items.99.key': 'elsewhere',
      },
      form,
    )
    expect(faults).toEqual({
      name: 'There is a model of this name.',
      [faultAt('items', drift?.id ?? 0, 'key')]: '“weight” stands here twice',
      [faultAt('items', drift?.id ?? 0, 'min')]: 'The least is above the most',
      [faultAt('items', weight?.id ?? 0, 'max')]: 'Write a number',
      [faultAt('settings', form.settings[0]?.id ?? 0, 'min')]: 'The least is above the most',
      'declaration.items.99.key': 'elsewhere',
    })
  })
})

describe('what a new version changes', () => {
  test('is told by list: added, changed, removed', () => {
    const after = Declaration.parse({
      ...declaration,
      items: [
        { ...declaration.items[0], unit: 'kg' },
        declaration.items[1],
        { key: 'vibration', says: 'Vibration', type: 'number' },
      ],
      alarms: [],
    })
    expect(declarationChanges(declaration, after)).toEqual([
      { list: 'items', added: ['vibration'], changed: ['weight'], removed: ['door.open'] },
      { list: 'alarms', added: [], changed: [], removed: ['overload'] },
    ])
  })

  test('is nothing where only the order of fields differs', () => {
    const turned = { ...declaration, alarms: [{ severity: 'critical' as const, says: 'Overload', code: 'overload' }] }
    expect(declarationChanges(declaration, turned)).toEqual([])
    expect(declarationChanges(declaration, { ...declaration, driver: 'host' })[0]?.list).toBe('driver')
  })
})

describe('a declaration as JSON', () => {
  test('comes back as it went out', () => {
    expect(readDeclaration(JSON.stringify(declaration))).toEqual({ declaration })
  })

  test.each([
    ['{', 'not JSON'],
    ['[]', 'The whole'],
    ['{"driver":"toaster","items":[],"alarms":[],"settings":[],"logs":[]}', 'driver'],
    ['{"driver":"host","items":[{"key":"A"}],"alarms":[],"settings":[],"logs":[]}', 'items.0.key'],
  ])('%s is refused with the place', (json, where) => {
    const read = readDeclaration(json)
    expect('says' in read && read.says).toContain(where)
  })
})
