import { expect, type Page } from '@playwright/test'

/** Where a customer's approver answers. */
export class ApprovalsPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Opens the waiting request about a device. */
  async openRequest(device: string): Promise<void> {
    // Not one about the same device that was answered before, and stands further down.
    const waiting = this.page.locator('section', {
      has: this.page.getByRole('heading', { name: 'Waiting for an answer' }),
    })
    await waiting
      .getByRole('link', { name: new RegExp(device) })
      .first()
      .click()
    await expect(this.page.getByRole('heading', { level: 1, name: new RegExp(device) })).toBeVisible()
  }

  async approve(): Promise<void> {
    await this.page.getByRole('button', { name: 'Approve', exact: true }).click()
    await expect(this.page.getByText('Approved', { exact: true }).first()).toBeVisible()
  }

  async approveShorter(minutes: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Approve shorter' }).click()
    await this.page.getByText('Other', { exact: true }).click()
    await this.page.getByLabel('Minutes').fill(String(minutes))
    await this.page.getByRole('button', { name: /^Approve/ }).click()
  }

  async deny(because: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Deny' }).click()
    await this.page.getByRole('textbox').fill(because)
    await this.page.getByRole('button', { name: /^Deny/ }).last().click()
  }
}
