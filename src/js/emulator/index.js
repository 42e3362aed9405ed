// @ts-self-types="./index.d.ts"
// The module is inline, like the client's.
import { compile } from './inline.js'
import { bind } from './shell.js'

export const { createEmulator } = bind(compile)
