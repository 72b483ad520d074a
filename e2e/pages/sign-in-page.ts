import { expect, type Page } from '@playwright/test'

/** How people get in: the password, then the second factor. */
export class SignInPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Shows address and password. */
  async password(email: string, password: string): Promise<void> {
    await this.page.getByLabel('E-mail').fill(email)
    await this.page.getByLabel('Password', { exact: true }).fill(password)
    await this.page.getByRole('button', { name: 'Sign in' }).click()
  }

  /** Shows the passkey that the page's authenticator holds. */
  async passkey(): Promise<void> {
    await expect(this.page.getByRole('heading', { name: 'Your second factor' })).toBeVisible()
    await this.page.getByRole('button', { name: 'Use your passkey' }).click()
  }

  /** Shows a code of the authenticator app. */
  async code(code: string): Promise<void> {
    await this.page.getByLabel('Code of your authenticator app').fill(code)
    await this.page.getByRole('button', { name: 'Use this code' }).click()
  }

  async isIn(): Promise<void> {
    await expect(this.page).not.toHaveURL(/sign-in/)
  }
}
