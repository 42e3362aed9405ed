// Answers of nearly a megabyte, the most that is read, in every shape: none of them may keep the event
// loop from turning. `heavy` rows are tried one after the other, and that is measured.
import { CALL, SESSION, WIDGET } from './row.js'

const BYTES = 950_000

/** So many of `piece` as fit. */
const filled = (piece, bytes = BYTES) => piece.repeat(Math.floor(bytes / piece.length))
/** The same, each with a number of its own. */
const numbered = (piece, bytes = BYTES) => {
  const one = piece(100_000)
  return Array.from({ length: Math.floor(bytes / (one.length + 1)) }, (_, index) => piece(100_000 + index)).join(',')
}
const nested = (levels) => `${'['.repeat(levels)}${']'.repeat(levels)}`

/** JSON of all kinds, each a value of its own. */
const shapes = {
  'a list of numbers': `[${filled('1,')}1]`,
  'a list of long numbers': `[${filled('-12345678901234567890.25e+10,')}1]`,
  'one number': filled('7'),
  'a list of empty texts': `[${filled('"",')}""]`,
  'a list of null, true and false': `[${filled('null,true,false,')}1]`,
  'a list of lists, as deep as may be': `[${filled(`${nested(60)},`)}1]`,
  'a list of objects': `[${numbered((n) => `{"id":"0_${n}","name":"x","tags":["a","b"],"plays":${n}}`)}]`,
  'one text': `"${filled('x')}"`,
  'one text of escapes': `"${filled('\\n')}"`,
  'one text of \\u escapes': `"${filled('\\u00e9')}"`,
  'one text of pairs of surrogates': `"${filled('\\ud83d\\ude00')}"`,
  'one text of quotes and backslashes': `"${filled('\\"\\\\')}"`,
  'one text beyond ASCII': `"${filled('é', BYTES / 2)}"`,
  'many fields': `{${numbered((n) => `"f${n}":1`)}}`,
  'many equal fields': `{${filled('"objectType":1,')}"a":1}`,
  'many fields of KSs': `{${numbered((n) => `"k${n}":{"ks":"djJ8MTAyfH${n}"}`)}}`,
  'a long name of a field': `{"${filled('k')}":1}`,
  'names of escapes': `{${numbered((n) => `"\\u006b\\u0073${n}":1`)}}`,
  'white space': `${filled(' \n\t')}{}`,
  'white space within': `[${filled('1 \n,  ')}1]`,
}

/** What is no JSON, once it has been read to its end. */
const unreadable = {
  'a list of numbers that is not closed': `[${filled('1,')}`,
  'a text that is not closed': `"${filled('\\\\')}`,
  'lists that are not closed': filled('['),
  'objects that are not closed': filled('{"a":'),
  'a text with a bad escape at its end': `"${filled('x')}\\q"`,
}

const KALTURA = '"objectType":"KalturaAPIException"'
const texts = (n) => `"argument${n}":"value${n}"`

/** Refusals: what their arguments have is not to be shown, so it is looked for in the message. */
const refusals = {
  'a long message': `{${KALTURA},"code":"X","message":"${filled('m ')}","args":{"a":"m"}}`,
  'a message of escapes': `{${KALTURA},"code":"X","message":"${filled('\\u00e9')}","args":[]}`,
  'many arguments': `{${KALTURA},"code":"X","message":"argument100001 value100001","args":{${numbered(texts)}}}`,
  'many equal arguments': `{${KALTURA},"code":"X","message":"a","args":{${filled('"a":"a",')}"b":"a"}}`,
  'a long argument': `{${KALTURA},"code":"X","message":"${filled('a', BYTES / 2)}","args":{"a":"${filled('a', BYTES / 3)}"}}`,
  'many short arguments in a long message': `{${KALTURA},"code":"X","message":"${filled('ab', BYTES / 2)}","args":{${numbered((n) => `"n${n}":"ab"`, BYTES / 2)}}}`,
  'arguments that hold one another': `{${KALTURA},"code":"X","message":"${'a'.repeat(100)}","args":{${Array.from({ length: 40 }, (_, n) => `"${'bcdefghij'[n % 9].repeat(10 + n)}":"${'abcdefghij'[n % 10]}"`).join(',')}}}`,
  'a long name of an argument': `{${KALTURA},"code":"X","message":"${filled('a', 100)}","args":{"${filled('b', 100_000)}":"a"}}`,
  'words that look like secrets': `{${KALTURA},"code":"X","message":"${filled('djJ8MTAyfHNlY3JldHNlY3JldHNlY3JldA ')}","args":[]}`,
  'one word': `{${KALTURA},"code":"X","message":"${filled('djJ8MTAyfHNlY3JldHNlY3JldHNlY3JldA')}","args":[]}`,
}

/** Privileges that are granted, of a session that is fine otherwise. */
const privileges = {
  'many values of edit': `edit:${filled('0_abcdefgh/')}0_a`,
  'many names': numbered((n) => `name${n}`),
  'many equal names': filled('edit:*,'),
  'many restrictions': numbered((n) => `iprestrict:10.0.0.${n}`),
  commas: filled(','),
  colons: filled(':'),
  slashes: `edit:${filled('/')}`,
  'one long name': filled('x'),
  'lists of edit within many names': numbered((n) => `edit:0_${n}/0_${n}`),
}

const heavy = { heavy: true, options: { retry: 0, timeoutMs: 300_000 } }
const ALONE = ['startAppTokenSession']
const STARTING = [...ALONE, 'startSessions']

const whole = (text) => ({ body: () => text })
/** The answer that is meant, with one more field. */
const within = (text) => ({ answer: (answer) => `${JSON.stringify(answer).slice(0, -1)},"extra":${text}}` })

const atStart = (name, fault, expect, columns = STARTING) => ({
  ...{ name: `${name}, for a session`, at: SESSION, fault, expect, columns, ...heavy },
})
const atCall = (name, fault, expect) => ({
  ...{ name: `${name}, for an answer`, at: CALL, fault, expect, columns: ['call', 'manager.get'], ...heavy },
})

export const sizes = [
  ...Object.entries(shapes).flatMap(([name, text]) => [
    {
      ...atStart(`a megabyte of ${name}`, whole(text), 'ERR_BAD_RESPONSE', ALONE),
      at: WIDGET,
      name: `a megabyte of ${name}, for a widget session`,
    },
    atStart(`a megabyte of ${name} beside`, within(text), 'session'),
    atCall(`a megabyte of ${name}`, whole(text), { call: 'answer', else: 'ERR_BAD_RESPONSE' }),
  ]),
  ...Object.entries(unreadable).flatMap(([name, text]) => [
    atStart(`a megabyte of ${name}`, whole(text), 'ERR_BAD_RESPONSE', ALONE),
    atCall(`a megabyte of ${name}`, whole(text), 'ERR_BAD_RESPONSE'),
  ]),
  ...Object.entries(refusals).flatMap(([name, text]) => [
    atStart(`a refusal with ${name}`, { answer: () => text }, 'ERR_KALTURA X'),
    atCall(`a refusal with ${name}`, { answer: () => text }, 'ERR_KALTURA X'),
  ]),
  ...Object.entries(privileges).map(([name, text]) => ({
    name: `a megabyte of privileges: ${name}`,
    at: SESSION,
    fault: { answer: (answer) => JSON.stringify({ ...answer, privileges: `${answer.privileges},${text}` }) },
    // It is told as a difference, since nothing was asked for.
    expect: 'session',
    columns: STARTING,
    ...heavy,
  })),
  {
    name: 'a page of a megabyte',
    at: CALL,
    fault: whole(`{"objectType":"KalturaMediaListResponse","objects":${shapes['a list of objects']},"totalCount":5}`),
    expect: 'answer',
    columns: ['call'],
    ...heavy,
  },
]
