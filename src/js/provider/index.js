// @ts-self-types="./index.d.ts"
// The place of a provider's types, which stand for its internals.
export { createSessionProvider } from './session-provider.js'
