/** @import { AppTokenPage } from './index.js' */

/** One page when awaited, all application tokens when iterated; nothing before either. */
export class AppTokenList {
  #read
  /** @type {Promise<AppTokenPage> | undefined} */
  #page

  /**
   * `read(all, further)` gives `{ page, isLast }`.
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
        // What is made meanwhile moves others to the next page.
        if (seen.has(appToken.id)) continue
        seen.add(appToken.id)
        yield appToken
      }
      isEnd = isLast
    }
  }
}
