// The declarations of the tarball, with nothing else to lean on, under each way of resolution.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '../suite/harness.js'
import { project } from './project.mjs'

const tools = fileURLToPath(new URL('../../node_modules', import.meta.url))

const RESOLUTIONS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
}
const SESSION = `import { startAppTokenSession, isAppTokenError } from 'kaltura-app-token'

export async function start(): Promise<string> {
  try {
    const session = await startAppTokenSession({ partnerId: 1, appTokenId: '0_a', appToken: 'a' })
    return session.ks
  } catch (error) {
    if (isAppTokenError(error)) return error.code
    throw error
  }
}
`
const EMULATOR = `import { createEmulator } from 'kaltura-app-token/emulator'
import { listen } from 'kaltura-app-token/emulator/node'
import { startAppTokenSession } from 'kaltura-app-token/node'
import { instantiate } from 'kaltura-app-token/slim'

export const use = [instantiate, startAppTokenSession, listen(createEmulator())]
`

// What the compiler knows of the host. The emulator is a fetch handler: it names fetch's types.
const HOSTS = {
  'the DOM': { lib: ['es2022', 'dom'], types: [], files: { 'a.ts': SESSION, 'b.ts': EMULATOR } },
  Node: { lib: ['es2022'], types: ['node'], files: { 'a.ts': SESSION, 'b.ts': EMULATOR } },
  'nothing else': { lib: ['es2022'], types: [], files: { 'a.ts': SESSION } },
}

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  for (const [host, { lib, types, files }] of Object.entries(HOSTS)) {
    test(`TypeScript takes the declarations with ${name}, knowing ${host}`, async () => {
      const compilerOptions = {
        ...resolution,
        ...{ lib, types, typeRoots: [join(tools, '@types')] },
        ...{ target: 'es2022', strict: true, noEmit: true, skipLibCheck: false },
        ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      }
      const configuration = JSON.stringify({ compilerOptions, files: Object.keys(files) })
      const installed = await project({ ...files, 'tsconfig.json': configuration })
      await installed.run(join(tools, '.bin/tsc'), ['-p', '.'])
    })
  }
}
