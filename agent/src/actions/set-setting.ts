import { type Action, ActionRefused } from './action.ts'

/** Changes a declared setting of the device through its driver. */
export const setSetting: Action<'set_setting'> = async ({ key, value }, { declaration, setSetting }) => {
  const declared = declaration.settings.find((setting) => setting.key === key)
  if (!declared) throw new ActionRefused(`No setting called ${key} is declared`)
  const type = typeof value === 'string' ? 'text' : typeof value
  if (type !== declared.type) throw new ActionRefused(`${key} takes a ${declared.type}, not a ${type}`)
  if (typeof value === 'number') {
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = declared
    if (value < min || value > max) throw new ActionRefused(`${key} must be between ${min} and ${max}`)
  }
  return setSetting(key, value)
}
