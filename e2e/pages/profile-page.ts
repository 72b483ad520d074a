import { expect, type Locator, type Page } from '@playwright/test'

/** One's own profile, as far as one chooses something there. */
export class ProfilePage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async open(): Promise<this> {
    await this.page.goto('/profile')
    await expect(this.page.getByRole('heading', { name: 'What you are told of' })).toBeVisible()
    return this
  }

  zone(): Locator {
    return this.page.getByRole('combobox', { name: 'Your time zone' })
  }

  /** Types a part of a zone's name and takes the one that is meant. */
  async chooseZone(typed: string, zone: string): Promise<void> {
    await this.zone().click()
    await this.zone().fill(typed)
    await this.page.getByRole('option', { name: zone.replaceAll('_', ' ') }).click()
    await expect(this.zone()).toHaveValue(zone)
  }

  async saveZone(): Promise<void> {
    await this.page.getByRole('button', { name: 'Save the time zone' }).click()
    await expect(this.page.getByText('Your time zone is saved.')).toBeVisible()
  }

  /** What the server has kept. */
  async kept(): Promise<unknown> {
    return (await this.page.request.get('/api/me/settings')).json()
  }

  news(when: string, way: 'by mail' | 'on the screen'): Locator {
    return this.page.getByRole('checkbox', { name: new RegExp(`^${when}.*: ${way}$`) })
  }

  async saveNews(): Promise<void> {
    await this.page.getByRole('button', { name: 'Save what you are told of' }).click()
    await expect(this.page.getByText('What you are told of is saved.')).toBeVisible()
  }
}
