// @ts-self-types="./index.d.ts"
// The place of a provider's types, which callers are shown in the place of what is behind it.
export { createSessionProvider } from './session-provider.js'
