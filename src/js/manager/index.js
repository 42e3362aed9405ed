// @ts-self-types="./index.d.ts"
// Both modules are inline, as for every runtime that may compile WebAssembly.
import { compile } from '../inline.js'
import { compile as compileKs } from '../ks/inline.js'
import { bindManager } from './bind.js'

export const createAppTokenManager = /* @__PURE__ */ bindManager(compile, compileKs)
