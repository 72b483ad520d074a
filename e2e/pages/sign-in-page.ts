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
    // The first password that a fresh system is shown takes its time on a busy machine.
    await expect(this.page.getByRole('heading', { name: 'Your second factor' })).toBeVisible({ timeout: 30_000 })
    await this.page.getByRole('button', { name: 'Use your passkey' }).click()
  }

  /** Shows a code of the authenticator app. */
  async code(code: string): Promise<void> {
    await this.page.getByLabel('Code of your authenticator app').fill(code)
    await this.page.getByRole('button', { name: 'Use this code' }).click()
  }

  /** Shows one of the recovery codes. */
  async recoveryCode(code: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Use a recovery code' }).click()
    await this.page.getByLabel('Recovery code').fill(code)
    await this.page.getByRole('button', { name: 'Use this recovery code' }).click()
  }

  async isRefused(): Promise<void> {
    await expect(this.page.getByRole('alert')).toContainText('That did not prove who you are')
  }

  /** Leaves by the menu of the person. */
  async signOut(name: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(name) }).click()
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect(this.page).toHaveURL(/sign-in/)
  }

  async isIn(): Promise<void> {
    await expect(this.page).not.toHaveURL(/sign-in/, { timeout: 30_000 })
  }
}
