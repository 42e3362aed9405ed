/** @import { AppTokenPage } from './index.js' */

/** Gives one page when awaited, and all application tokens when iterated. Sends nothing before either. */
export class AppTokenList {
  #read
  /** @type {Promise<AppTokenPage> | undefined} */
  #page

  /**
   * `read(all, further)` returns `{ page, isLast }`.
   * @param {(all: boolean, further: number) => Promise<{ page: AppTokenPage, isLast: boolean }>} read
   */
  constructor(read) {
    this.#read = read
  }

  /**
   * @template [A=AppTokenPage], [B=never]
   * @param {((page: AppTokenPage) => A | PromiseLike<A>) | null} [resolve]
   * @param {((reason: unknown) => B | PromiseLike<B>) | null} [reject]
   */
  // biome-ignore lint/suspicious/noThenProperty: the list is a promise of its first page
  then(resolve, reject) {
    this.#page ??= this.#read(false, 0).then(({ page }) => page)
    return this.#page.then(resolve, reject)
  }

  async *[Symbol.asyncIterator]() {
    const seen = new Set()
    for (let further = 0, isEnd = false; !isEnd; further += 1) {
      const { page, isLast } = await this.#read(true, further)
      for (const appToken of page.appTokens) {
        // Tokens that are made meanwhile move others to the next page.
        if (seen.has(appToken.id)) continue
        seen.add(appToken.id)
        yield appToken
      }
      isEnd = isLast
    }
  }
}
