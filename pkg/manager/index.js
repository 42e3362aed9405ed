// @ts-self-types="./index.d.ts"
// Both modules travel inline, as everywhere where WebAssembly may be compiled.
import { compile } from '../inline.js'
import { compile as compileKs } from '../ks/inline.js'
import { bindManager } from './bind.js'

export const createAppTokenManager = /* @__PURE__ */ bindManager(compile, compileKs)
