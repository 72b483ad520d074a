import { expect, test } from '../fixtures/test.ts'
import { DevicePage } from '../pages/device-page.ts'
import { PolicyPage } from '../pages/policy-page.ts'

test.use({ stackFor: 'history of a policy' })

const terminal = 'Type in a terminal on a device'

test('AP11 C1 a site gets a rule of its own: seen before for whom, kept in the history, tried, and put back', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const clara = await as('approver')
  const policy = await new PolicyPage(clara.page).open()
  await policy.history()
  await expect(clara.page.getByText('Nothing has been changed yet')).toBeVisible()
  await policy.open()
  await policy.change({ site: 'Basel' })
  await expect(policy.rule(terminal).getByText('Above: Ask first, by “All devices”.')).toBeVisible()
  await policy.rule(terminal).getByText('Never', { exact: true }).click()
  const dialog = await policy.lookOver()
  await expect(dialog).toContainText('Something changes for 2 devices')
  await expect(dialog).toContainText('Balance 7 (Basel), Weighing line 3 (Basel)')
  await expect(dialog).toContainText('It touches 1 person of the maker')
  await policy.save()

  await policy.history()
  const versions = clara.page.getByRole('table', { name: 'Versions of the policy' })
  const first = versions.getByRole('row').filter({ hasText: 'Site Basel' })
  await expect(first).toContainText('2 (present)')
  await expect(first).toContainText('Clara Meier')
  await expect(first).toContainText(/\d\d:\d\d CET/)
  await expect(first).toContainText('As above → Never')

  // The site is shut, and its neighbour is not.
  await policy.open()
  await clara.page.getByRole('link', { name: 'Try it' }).click()
  await expect(clara.page.getByText('Choose a device, and what is to be done')).toBeVisible()
  await choose(clara.page, 'What', 'terminal', terminal)
  await choose(clara.page, 'Device', 'Balance 7', /^Balance 7/)
  const answer = clara.page.getByRole('status').filter({ hasText: 'Anyone whose groups allow it' })
  await expect(answer).toContainText('No')
  await expect(clara.page.getByText('The policy shuts it, not the groups')).toBeVisible()
  await expect(clara.page.getByRole('link', { name: 'Site Basel' })).toBeVisible()
  await choose(clara.page, 'Device', 'Balance 11', /^Balance 11/)
  await expect(answer).toContainText('Only after asking')

  await policy.open()
  await policy.change({ site: 'Basel' })
  await clara.page.getByRole('button', { name: 'Reset all rules of Site Basel to what holds above' }).click()
  await expect(policy.rule(terminal).getByText('Above: Ask first, by “All devices”.')).toBeVisible()
  await expect(await policy.lookOver()).toContainText('2 people are asked from now on')
  await policy.save()
  await policy.history()
  await expect(clara.page.getByText('What is different now from version 2')).toBeVisible()
  await clara.page.getByLabel('From version').fill('1')
  await expect(
    clara.page.getByText('Nothing is different: what was changed after version 1 was put back.'),
  ).toBeVisible()
  await expect(clara.page).toHaveURL(/history\?from=1$/)
})

test('AP10 AZ03 a question about a night in which the clocks change, and about people whom one may see', async ({
  as,
}) => {
  test.setTimeout(120_000)
  const ruth = await as('administrator')
  const balance = await new DevicePage(ruth.page).open('Balance 7')
  await balance.page.getByRole('link', { name: `Why? ${terminal}` }).click()
  await expect(ruth.page.getByText('The groups shut it, not the policy')).toBeVisible()
  await choose(ruth.page, 'Who', 'anna', /^Anna Keller/)
  const answer = ruth.page.getByRole('status').filter({ hasText: 'Anna Keller' })
  await expect(answer).toContainText('Only after asking')
  await ruth.page.getByText('At a date and time', { exact: true }).click()
  const when = ruth.page.getByLabel('By the clock at Basel')
  await when.fill('2027-03-28T02:30')
  await expect(ruth.page.getByRole('alert')).toContainText('02:30 on 28 March 2027 does not exist at Basel')
  await ruth.page.getByRole('button', { name: 'Ask about 03:00 instead' }).click()
  await expect(answer).toBeVisible()
  await expect(ruth.page.getByText('28 Mar 2027, 01:00 UTC')).toBeVisible()
  await when.fill('2027-10-31T02:30')
  await ruth.page.getByText('Second (CET)', { exact: true }).click()
  await expect(ruth.page.getByText('31 Oct 2027, 01:30 UTC')).toBeVisible()
  await expect(ruth.page).toHaveURL(/at=2027-10-31T02%3A30&again=1$/)

  // The question stands in the address; the customer does not learn by it who works for the maker, …
  const clara = await as('approver')
  await clara.page.goto(ruth.page.url())
  await expect(clara.page.getByText('There is no such person, or it is not yours to see who it is.')).toBeVisible()
  // … but may ask about whoever has asked for one of its devices.
  const anna = await as('technician')
  const asking = await new DevicePage(anna.page).open('Balance 11')
  await asking.askForTerminal({ because: 'Drift after calibration', caseNumber: 'C-1042' })
  await clara.page.goto(new URL(ruth.page.url()).pathname)
  await choose(clara.page, 'What', 'terminal', terminal)
  await choose(clara.page, 'Device', 'Balance 7', /^Balance 7/)
  await choose(clara.page, 'Who', 'anna', /^Anna Keller/)
  await expect(clara.page.getByRole('status').filter({ hasText: 'Anna Keller' })).toContainText('Only after asking')
  await clara.page.getByRole('combobox', { name: 'Who' }).fill('tom')
  await expect(clara.page.getByText('Nobody fits')).toBeVisible()
})

const choose = async (
  page: import('@playwright/test').Page,
  field: string,
  typed: string,
  option: string | RegExp,
): Promise<void> => {
  await page.getByRole('combobox', { name: field }).click()
  await page.getByRole('combobox', { name: field }).fill(typed)
  await page.getByRole('option', { name: option }).click()
}
