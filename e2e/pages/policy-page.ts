import { expect, type Locator, type Page } from '@playwright/test'

/** The policy of a customer, as somebody there reads and changes it. */
export class PolicyPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(): Promise<this> {
    await this.page.goto('/policy')
    await expect(this.page.getByRole('heading', { level: 1, name: 'Policy', exact: true })).toBeVisible()
    return this
  }

  async history(): Promise<void> {
    await this.page.getByRole('link', { name: 'History' }).click()
    await expect(this.page.getByRole('heading', { level: 1, name: 'History of the policy' })).toBeVisible()
  }

  /** Opens the editor, for all devices or for those of a site. */
  async change({ site }: { site?: string } = {}): Promise<void> {
    await this.page.getByRole('button', { name: 'Change the rules' }).click()
    if (site === undefined) return
    await this.page.getByText('One site', { exact: true }).click()
    await this.page.getByRole('combobox', { name: 'Site' }).click()
    await this.page.getByRole('option', { name: site }).click()
  }

  /** What the editor shows about one activity. */
  rule(activity: string): Locator {
    return this.page.getByRole('group', { name: activity, exact: true })
  }

  /** The dialog that says what a change comes to. */
  async lookOver(): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Look over and save' }).click()
    return this.page.getByRole('dialog')
  }

  async save(): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await expect(this.page.getByRole('dialog')).toHaveCount(0)
  }
}
