// @ts-self-types="./index.d.ts"
// The module travels inline, as the client's does.
import { compile } from './inline.js'
import { bind } from './shell.js'

export const { createEmulator } = bind(compile)
