// node, deno run or bun run-here.mjs PROXY
import { send } from './client.js'

const args = globalThis.Deno?.args ?? process.argv.slice(2)
await send(args[0])
