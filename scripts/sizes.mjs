// npm run sizes: README.md's table of what pkg/ and the bundles made of it come to.
import { fileURLToPath } from 'node:url'
import { writeSizeTable } from './test/budgets.mjs'

await writeSizeTable(fileURLToPath(new URL('..', import.meta.url)))
