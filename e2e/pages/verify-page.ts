import type { Locator, Page } from '@playwright/test'

/** A file as it is dropped or chosen. */
interface Chosen {
  name: string
  bytes: Uint8Array
}

const asFile = ({ name, bytes }: Chosen) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) })

/** The page on which a bundle is verified, wherever it was opened from. */
export class VerifyPage {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  /** Chooses bundle (a file, or the path of a folder), key and perhaps a checkpoint, and waits for what comes of it. */
  async check(bundle: Chosen | string, key: string, earlier?: Chosen): Promise<void> {
    if (typeof bundle === 'string')
      await this.page.getByLabel('or the folder it was unpacked into').setInputFiles(bundle)
    else await this.page.getByLabel('The bundle').setInputFiles(asFile(bundle))
    await this.page.getByRole('textbox', { name: 'The key of your log' }).fill(key)
    if (earlier) {
      await this.page.getByText('Compare with a checkpoint you kept').click()
      await this.page.getByLabel('The checkpoint you kept').setInputFiles(asFile(earlier))
    }
    await this.page.getByRole('button', { name: 'Check the bundle' }).click()
    await this.page.getByRole('button', { name: 'Check another bundle' }).waitFor()
  }

  verdict(): Locator {
    return this.page.getByRole('heading', { level: 1 })
  }

  failed(): Locator {
    return this.page.locator('.checks > .failed')
  }

  events(): Locator {
    return this.page.getByRole('table').getByRole('row')
  }

  async search(words: string): Promise<void> {
    await this.page.getByRole('searchbox').fill(words)
  }
}
