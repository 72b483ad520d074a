import { expect, type Page } from '@playwright/test'

/** Where a person shows once more that it is he, in the midst of something. */
export class StepUpDialog {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  dialog() {
    return this.page.getByRole('dialog', { name: 'Show that it is you' })
  }

  /** Shows the passkey that the page's authenticator holds, with the password where it is asked for. */
  async passkey({ password }: { password?: string } = {}): Promise<void> {
    if (password !== undefined) await this.dialog().getByLabel('Password', { exact: true }).fill(password)
    await this.dialog().getByRole('button', { name: 'Use your passkey' }).click()
    await expect(this.dialog()).toBeHidden()
  }
}
