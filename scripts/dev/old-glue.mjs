// Glue that was made before it was a function of an instance, made into one as it is loaded, so that
// modules compiled earlier go on working. To go when pkg/ has been built anew.

export function asFunction(text) {
  if (/^export function instantiate/m.test(text)) return text
  const [, survive] = text.match(/import\{survive as (\w+)\}/) ?? []
  const [finish, wasm, views, start] = (
    text.match(/function \w+\((\w+),(\w+)\)\{return \w+=\1,(\w+)=\1\.exports,\w+=\2,((?:\w+=null,)+)\3\.(\w+)\(\),\3\}/) ??
    []
  ).filter((_, place) => ![1, 2].includes(place))
  const [begin, imports] = text.match(/function \w+\(\w+\)\{if\(\w+!==void 0\)return.*?let \w+=(\w+)\(\);.*?\}(?=export\{)/s) ?? []
  const [list, names] = text.match(/export\{([^}]*)\};?\s*$/) ?? []
  const [memory] = text.match(new RegExp(`(?<=new Uint8Array\\(${wasm}\\.)\\w+(?=\\.buffer)`)) ?? []
  const members = names.split(',').map((pair) => pair.split(' as ').reverse().join(':'))
  const body = text
    .replace(/import\{.*?;/, '')
    .replaceAll(new RegExp(`(?<![\\w.])${survive}\\(`, 'g'), 'queueMicrotask(')
    .replaceAll('new FinalizationRegistry(', 'instance.registry(')
    .replace(/(try\{return (\w+)\(\w+,\w+\.b,\.\.\.\w+\)\})finally/, '$1catch(error){if(!instance.isOver)throw error}finally')
    .replace(finish, '')
    .replace(begin, '')
    .replace(list, '')
  return `export function instantiate(instance,module){${body}
${wasm}=new WebAssembly.Instance(module,${imports}()).exports;
${wasm}=instance.guarded(${wasm},${wasm}.${memory},(retired)=>{${wasm}=retired;${views.replaceAll(',', ';')}});
${wasm}.${start}();
return{${members.filter((member) => !member.startsWith('initSync')).join(',')}}}`
}
