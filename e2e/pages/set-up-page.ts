import { expect, type Page } from '@playwright/test'
import { codeOf } from '../fixtures/codes.ts'

/** Where whoever must have a second factor sets up his first one. */
export class SetUpPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async isOpen(): Promise<void> {
    await expect(this.page.getByRole('heading', { name: 'Set up a second factor' })).toBeVisible()
  }

  /** Sets up an authenticator app by the key that is shown as text; answers that key. */
  async app(now: number): Promise<string> {
    await this.page.getByRole('button', { name: /^An authenticator app/ }).click()
    const secret = ((await this.page.getByTestId('secret').textContent()) ?? '').replaceAll(' ', '')
    await expect(this.page.getByRole('img', { name: 'QR code for an authenticator app' })).toBeVisible()
    await this.page.getByLabel('The code it shows now').fill(codeOf(secret, now))
    await this.page.getByRole('button', { name: 'Use this app' }).click()
    return secret
  }

  /** Has the page's authenticator make a passkey. */
  async passkey(): Promise<void> {
    await this.page.getByRole('button', { name: /^A passkey/ }).click()
    await this.page.getByRole('button', { name: 'Make a passkey' }).click()
  }

  /** Keeps the recovery codes and goes on; answers them. */
  async keepCodes(): Promise<string[]> {
    const list = this.page.getByRole('list', { name: 'Recovery codes' })
    await expect(list).toBeVisible()
    const codes = await list.getByRole('listitem').allTextContents()
    const on = this.page.getByRole('button', { name: 'Go on' })
    await expect(on).toBeDisabled()
    await this.page.getByLabel('I have kept them where nobody else looks').check()
    await on.click()
    return codes
  }
}
