// The folders that have packages of their own, so that a step installs no more than it needs.
export const ROOT = ''
export const RUNTIMES = 'js-tests/runtimes'
export const BUNDLERS = 'js-tests/bundlers'
export const BROWSER = 'js-tests/browser'
export const FLEET = 'js-tests/fleet'
export const DOCS = 'scripts/docs'
export const EXAMPLES = ['deno', 'express', 'hono-worker', 'lambda', 'many-users'].map((name) => `examples/${name}`)
