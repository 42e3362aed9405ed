// README.md and the guides in docs/, whose programs tests run as they stand.
import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const guides = readdirSync(new URL('docs', root)).filter((name) => name.endsWith('.md'))

/** The text of README.md, then of each guide. */
export const pages = ['README.md', ...guides.map((name) => `docs/${name}`)].map((name) =>
  readFileSync(new URL(name, root), 'utf8'),
)

/**
 * The blocks of code in `text`, of the language `language` or of any.
 * @param {string} text
 */
export const blocksOf = (text, language = '\\w*') =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block)

/**
 * The blocks of code under the heading `title` of some page.
 * @param {string} title
 */
export function section(title) {
  const heading = new RegExp(`^##+ ${title}\n`, 'm')
  const page = pages.find((text) => heading.test(text))
  if (!page) throw new Error(`no page has a section ${title}`)
  const [, text] = page.split(heading)
  const [own] = text.split(/^##+ /m)
  return blocksOf(own)
}
