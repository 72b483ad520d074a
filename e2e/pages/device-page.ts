import { expect, type Locator, type Page } from '@playwright/test'

/** A device's page, as a technician uses it. */
export class DevicePage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Finds the device in the fleet and opens it. */
  async open(name: string): Promise<this> {
    await this.page.goto('/fleet')
    await this.page.getByRole('link', { name, exact: true }).click()
    await expect(this.page.getByRole('heading', { level: 1, name })).toBeVisible()
    return this
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }

  /** Asks the customer for the terminal; ends on the page of the request. */
  async askForTerminal(given: { because: string; caseNumber: string }): Promise<void> {
    await this.page.getByRole('button', { name: 'Ask for access' }).click()
    await expect(this.page.getByRole('checkbox', { name: 'Type in a terminal on a device' })).toBeChecked()
    await this.page.getByLabel('Why?').fill(given.because)
    await this.page.getByLabel('Case number').fill(given.caseNumber)
    await this.page.getByRole('button', { name: /^Ask / }).click()
    await expect(this.page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/)
  }

  /** Has the device send its log file, which asks nobody, and waits until it is there. */
  async fetchLog(): Promise<void> {
    await this.tab('Actions')
    await this.page.getByRole('button', { name: 'Fetch a log file' }).click()
    const answered = this.page.waitForResponse(/\/actions\/fetch_log$/)
    await this.page.getByRole('button', { name: 'Queue it' }).click()
    const queued = await answered
    const { id } = (await queued.json()) as { id: string }
    // This one: a file that was fetched before has its button already.
    const state = async () => {
      const list = await this.page.request.get(queued.url().replace(/\/fetch_log$/, ''))
      const { rows } = (await list.json()) as { rows: { id: string; state: string }[] }
      return rows.find((one) => one.id === id)?.state
    }
    await expect.poll(state, { timeout: 20_000 }).toBe('succeeded')
    await expect(this.page.getByRole('button', { name: 'Show the file' }).first()).toBeVisible()
  }

  /** Rows of the audit tab, newest first: the sentence of each. */
  auditRows(): Locator {
    return this.page.getByRole('table', { name: 'Audit log' }).getByRole('row')
  }
}
