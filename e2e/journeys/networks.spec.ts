import { demoPassword, demoPeople } from '@gatehouse/bff/demo/people'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures/test.ts'
import { SignInPage } from '../pages/sign-in-page.ts'

test.use({ stackFor: 'networks' })

const add = async (page: Page, cidr: string, note = '') => {
  await page.getByLabel('Network or address').fill(cidr)
  await page.getByLabel('Note').fill(note)
  await page.getByLabel('Network or address').press('Enter')
}
const save = (page: Page) => page.getByRole('button', { name: 'Save the list' })

test('A7 an administrator sees whom a list puts out, is not locked out unknowingly, and the maker opens it again', async ({
  as,
  stack,
}) => {
  // Four sign-ins, one of them refused.
  test.setTimeout(120_000)
  const [clara, ines, ruth] = [await as('approver'), await as('reader'), await as('administrator')]
  await clara.page.goto('/people')
  await clara.page.getByRole('link', { name: 'Networks' }).click()
  await expect(clara.page.getByText('People may sign in from everywhere', { exact: true })).toBeVisible()

  // What cannot be meant is said at the field; what is meant stands in the draft, and nothing is saved.
  await add(clara.page, '203.0.113.7/24')
  await expect(clara.page.getByText('Write 203.0.113.0/24 for the whole network')).toBeVisible()
  await add(clara.page, '203.0.113.0/24', 'Office in Basel')
  await expect(clara.page.getByText('203.0.113.0/24 is added: “Office in Basel”')).toBeVisible()
  await expect(clara.page.getByText('You are at 127.0.0.1, outside of this list: it signs you out.')).toBeVisible()
  await expect(clara.page.getByText('2 people signed in now are put out')).toBeVisible()
  await expect(clara.page.getByText('Ines Frei, at 127.0.0.1')).toBeVisible()
  const shut = clara.page.getByRole('button', { name: 'Save and be signed out' })
  await expect(shut).toBeDisabled()
  await clara.page.getByLabel('I know that I will be signed out').check()
  await expect(shut).toBeEnabled()

  // With his own address on it the list puts nobody out; undone, everything is as it was.
  await clara.page.getByRole('button', { name: 'Write my address' }).click()
  await clara.page.keyboard.press('Enter')
  await expect(clara.page.getByText('You are at 127.0.0.1, and stay signed in.')).toBeVisible()
  await expect(clara.page.getByText('Nobody who is signed in now is put out.')).toBeVisible()
  await clara.page.getByRole('link', { name: 'Audit log' }).click()
  await clara.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await clara.page.getByRole('button', { name: 'Undo 127.0.0.1/32' }).click()
  await expect(shut).toBeDisabled()

  // Whoever ticks that he knows is signed out, and so is who works outside of it.
  await clara.page.getByLabel('I know that I will be signed out').check()
  await shut.click()
  for (const { page } of [clara, ines]) await expect(page).toHaveURL(/\/sign-in/)
  await new SignInPage(clara.page).password(demoPeople.approver.email, demoPassword('approver'))
  await expect(clara.page.getByRole('alert')).toContainText('may not be used from the network you are in now')

  // The maker's administrator, whom the list is not about, opens it again.
  await ruth.page.goto(`/customers/${stack.seeded.customers['Helvetia Pharma']}`)
  await ruth.page.getByRole('link', { name: '1 network' }).click()
  await ruth.page.getByRole('button', { name: 'Remove 203.0.113.0/24' }).click()
  await expect(ruth.page.getByText('This list is not about you')).toBeVisible()
  await expect(ruth.page.getByText('No network is left on the list')).toBeVisible()
  await save(ruth.page).click()
  await expect(ruth.page.getByText('Saved. It holds from now on.')).toBeVisible()
  await ruth.page.goto('/audit')
  await ruth.page.getByLabel('Search the log').fill('203.0.113.0/24')
  await expect(ruth.page.getByText('everywhere → 203.0.113.0/24 “Office in Basel”')).toBeVisible()
  await expect(ruth.page.getByText('203.0.113.0/24 “Office in Basel” → everywhere')).toBeVisible()

  const door = new SignInPage(clara.page)
  await door.password(demoPeople.approver.email, demoPassword('approver'))
  await door.passkey()
  await door.isIn()
})

test('A7 of two who change a list at once the second sees it, and goes on on top of it, on a phone too', async ({
  as,
  stack,
}) => {
  const [ruth, marc] = [await as('administrator'), await as('colleague', { phone: true })]
  await marc.page.goto('/networks')
  await add(marc.page, '127.0.0.1', 'Here')
  await expect(save(marc.page)).toBeEnabled()
  await ruth.page.goto(`/networks/${stack.seeded.customers['Helvetia Pharma']}`)
  await add(ruth.page, '127.0.0.0/8', 'This machine')
  await save(ruth.page).click()
  await expect(marc.page.getByText('Somebody changed this list meanwhile')).toBeVisible()
  await expect(save(marc.page)).toBeDisabled()
  await expect(marc.page.getByRole('cell', { name: '127.0.0.0/8', exact: true })).toBeVisible()
  await marc.page.getByRole('button', { name: 'I have seen it, go on' }).click()
  await save(marc.page).click()
  await expect(marc.page.getByText('Saved. It holds from now on.')).toBeVisible()
  await expect(ruth.page.getByRole('cell', { name: '127.0.0.1/32', exact: true })).toBeVisible()
})
