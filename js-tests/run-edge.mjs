// node run-edge.mjs HOST
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'
import { report } from './report.mjs'
import { require } from './runtimes/index.mjs'

const { EdgeRuntime } = require('edge-runtime')
const { version } = require('edge-runtime/package.json')

// The platform's bundler compiles `x.wasm?module` itself, and hands the module over as a global.
const globals = {}
const compiledAhead = {
  name: 'compiled-ahead',
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, ({ path, suffix }) => {
      if (suffix !== '?module') throw new Error(`${path} is imported without ?module`)
      const name = `wasm_${Object.keys(globals).length}`
      globals[name] = new WebAssembly.Module(readFileSync(path))
      return { contents: `export default ${name}`, loader: 'js' }
    })
  },
}

const entry = fileURLToPath(new URL('bundled.js', import.meta.url))
const { script } = await bundle(entry, 'edge-light', {
  format: 'iife',
  globalName: 'suite',
  // It is evaluated as a script, but written as modules are.
  banner: { js: '"use strict";' },
  plugins: [compiledAhead],
  // The package has no side effects; the tests in its folders have nothing else.
  ignoreAnnotations: true,
})
const runtime = new EdgeRuntime({
  initialCode: script,
  extend: (context) => Object.assign(context, globals),
})
const [host] = process.argv.slice(2)
const response = await runtime.evaluate(
  `suite.default.fetch(new Request('http://edge/', { method: 'POST', body: '${host}' }))`,
)
report(`edge-light (edge-runtime ${version})`, await response.json())
