import { expect, type Locator, type Page } from '@playwright/test'

/** The log, or what of it a page is about, as its readers search it. */
export class AuditPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** The events that are listed, newest first. */
  rows(): Locator {
    return this.page.getByRole('table', { name: 'Audit log' }).locator('tbody').getByRole('row')
  }

  /** What was done by one person; `found` is the name as it is offered. */
  async by(typed: string, found: string | RegExp): Promise<void> {
    await this.page.getByRole('combobox', { name: 'People' }).fill(typed)
    await this.page.getByRole('option', { name: found }).click()
    await this.page.keyboard.press('Escape')
  }

  async ofKind(says: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'Kinds of events' }).click()
    await this.page.getByRole('option', { name: says }).click()
    await this.page.keyboard.press('Escape')
  }

  /** A stretch of time by the clock of the zone that the list names: `2026-03-01T08:00`. */
  async between(from: string, to: string, zone: string): Promise<void> {
    await this.page.getByRole('button', { name: /^Time: / }).click()
    await expect(this.page.getByText(`By the clock of ${zone}`)).toBeVisible()
    await this.page.getByLabel('From', { exact: true }).fill(from)
    await this.page.getByLabel('Until', { exact: true }).fill(to)
    await this.page.keyboard.press('Escape')
  }
}
