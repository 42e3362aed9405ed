// The declarations of the tarball, with nothing else to lean on, under each way of resolution.
import { test } from '../suite/harness.js'
import { project } from './project.mjs'
import { fileURLToPath } from 'node:url'

const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))

const RESOLUTIONS = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
}
const LIBRARIES = { 'the DOM': ['es2022', 'dom'], 'no DOM': ['es2022'] }

const USE = `import { startAppTokenSession, AppTokenError } from 'kaltura-app-token'
import { createEmulator } from 'kaltura-app-token/emulator'

export async function start(): Promise<string> {
  const kaltura = createEmulator()
  const { id, token } = kaltura.addAppToken({ hashType: 'SHA256' })
  try {
    const session = await startAppTokenSession({
      partnerId: kaltura.partnerId,
      appTokenId: id,
      appToken: token,
      hashType: 'SHA256',
    })
    return session.ks
  } catch (error) {
    if (error instanceof AppTokenError) return error.code
    throw error
  }
}
`

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  for (const [library, lib] of Object.entries(LIBRARIES)) {
    test(`TypeScript takes the declarations with ${name} and ${library}`, async () => {
      const compilerOptions = {
        ...resolution,
        ...{ lib, types: [], target: 'es2022', strict: true, noEmit: true, skipLibCheck: false },
        ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      }
      const installed = await project({
        'use.ts': USE,
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['use.ts'] }),
      })
      await installed.run(tsc, ['-p', '.'])
    })
  }
}
