import { expect, test } from '../fixtures/test.ts'

test.use({ stackFor: 'groups' })

test('AZ08 AZ09 a customer makes a group for one site, sees what it means, and it holds at once in open pages', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const [{ page: clara }, { page: ines }] = [await as('approver'), await as('reader')]
  await ines.goto('/fleet')
  const devices = ines.getByRole('table').getByRole('row')
  await expect(ines.getByRole('link', { name: 'Balance 7', exact: true })).toBeVisible()
  const before = await devices.count()

  await clara.goto('/groups')
  await clara.getByRole('link', { name: 'New group' }).click()
  await clara.getByRole('textbox', { name: 'Name' }).fill('Basel only')
  await clara.getByLabel('See a device, its values, alarms and history').check()
  const meaning = clara.locator('section', { has: clara.getByRole('heading', { name: 'What this means' }) })
  const all = before - 1
  await expect(meaning).toContainText(`${all} devices`)
  await clara.getByText('Sites', { exact: true }).click()
  await clara.getByPlaceholder('Type a name').fill('Basel')
  await clara.getByRole('option', { name: /^Basel/ }).click()
  await expect(meaning).not.toContainText(`${all} devices`)
  await clara.keyboard.press('Escape')
  await clara.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(clara.getByRole('heading', { name: 'Basel only' })).toBeVisible()

  await clara.goto('/people')
  await clara.getByRole('button', { name: 'What to do with Ines Frei' }).click()
  await clara.getByRole('menuitem', { name: 'Change the groups' }).click()
  const dialog = clara.getByRole('dialog')
  await dialog.getByLabel('Basel only').check()
  await dialog.getByLabel('Helvetia readers').uncheck()
  await dialog.getByRole('button', { name: /Save|Change/ }).click()
  await expect(dialog).toBeHidden()
  await expect.poll(() => devices.count(), { message: 'AZ09 her open page' }).toBeLessThan(before)

  // What she has not got herself, nobody lets her give.
  await clara.goto('/groups')
  await clara.getByRole('link', { name: 'New group' }).click()
  await clara.getByRole('textbox', { name: 'Name' }).fill('Too much')
  await clara.getByLabel('Type in a terminal on a device').check()
  await expect(clara.getByRole('button', { name: /^Save \(not possible: Nobody hands out more/ })).toBeVisible()
})
