import { expect, type Page } from '@playwright/test'

/** A session's page with its terminal, to type in or to watch. */
export class TerminalPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** What the terminal shows, as text. */
  screen() {
    return this.page.locator('.xterm-rows')
  }

  async isLive(): Promise<void> {
    await expect(this.page.getByText('Live', { exact: true })).toBeVisible({ timeout: 20_000 })
  }

  /** Types a line into the terminal, key by key. */
  async type(line: string): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').focus()
    await this.page.keyboard.type(`${line}\n`)
  }

  async end(): Promise<void> {
    await this.page
      .getByRole('button', { name: /^End session/ })
      .first()
      .click()
    await this.page
      .getByRole('dialog')
      .getByRole('button', { name: /^End session/ })
      .click()
  }

  async hasEnded(because: string): Promise<void> {
    await expect(this.page.getByRole('heading', { name: because })).toBeVisible()
  }
}
