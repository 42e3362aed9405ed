// The reference, as typedoc writes it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application } from 'typedoc'

const MARK = '<!-- generated from the .d.ts files by `npm run docs` -->\n\n'

/**
 * Writes Markdown for `entries`, names of modules to the declarations of each in `types`, into `out`.
 * @param {string} types
 * @param {Record<string, string>} entries
 * @param {string} out
 */
export async function writeReference(types, entries, out) {
  /** @type {Partial<import('typedoc').TypeDocOptions> & Record<string, unknown>} */
  const options = {
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: Object.values(entries).map((file) => join(types, file)),
    basePath: types,
    tsconfig: join(types, 'tsconfig.json'),
    name: 'kaltura-app-token',
    out,
    readme: 'none',
    disableSources: true,
    // One page for each entry.
    router: 'module',
    entryFileName: 'README',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandObjects: true,
    expandParameters: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'list',
    // In the order of the declarations, which go from what matters to what helps.
    sort: ['source-order'],
    sortEntryPoints: false,
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', '*'],
    treatWarningsAsErrors: true,
    excludeInternal: true,
    logLevel: 'Warn',
  }
  const app = await Application.bootstrapWithPlugins(options)
  const project = await app.convert()
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error('the types, or their comments, have faults')
  }
  const names = Object.keys(entries)
  for (const [index, module] of modulesOf(project, entries).entries()) module.name = names[index]
  await app.generateOutputs(project)
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('it could not be written')
  for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))) {
    const file = join(out, name)
    writeFileSync(file, MARK + readFileSync(file, 'utf8'))
  }
}

/**
 * The modules of the project, in the order of `entries`.
 * @param {import('typedoc').ProjectReflection} project
 * @param {Record<string, string>} entries
 */
function modulesOf(project, entries) {
  return Object.values(entries).map((file) => {
    const name = file.replace(/(\/index)?\.d\.ts$/, '')
    const module = project.children?.find((child) => child.name === name)
    if (!module) throw new Error(`${file} is missing among ${project.children?.map((child) => child.name).join(', ')}`)
    return module
  })
}
