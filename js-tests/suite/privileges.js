import { formatPrivileges, parsePrivileges, predictPrivileges } from 'kaltura-app-token'
import { test } from './harness.js'
import { phpText, privileges as recorded } from '../vectors/index.js'

const listed = (privileges) =>
  privileges.map(({ name, values }) => ({ name: phpText(name), values: values.map(phpText) }))

const isPlain = ({ name, values }) => /^[a-z0-9_]+$/.test(name) && values.every((it) => /^\w+$/.test(it))

test('parsePrivileges and formatPrivileges read and write every recorded text as the server did', (t) => {
  for (const { input, result, rebuilt } of recorded.parsePrivileges) {
    const parsed = parsePrivileges(input)
    t.deepEqual(parsed, listed(result))
    t.equal(formatPrivileges(parsed), rebuilt)
  }
})

test('formatPrivileges writes every recorded list as the server did, unless it says more than it seems to', (t) => {
  let written = 0
  for (const { input, result } of recorded.buildPrivileges) {
    const list = listed(input)
    try {
      t.equal(formatPrivileges(list), result)
      written += 1
    } catch (error) {
      t.ok(error.code === 'ERR_INVALID_OPTIONS' && !list.every(isPlain), `${result}: ${error}`)
    }
  }
  t.ok(written > 4, `${written}`)
})

test('privileges that were read are written as they were, and changed ones only if they could be listed', (t) => {
  const list = parsePrivileges('ref:http://a/b,sview:*,EDIT:0_a')
  t.equal(formatPrivileges(list), 'ref:http://a/b,sview:*,EDIT:0_a')
  list.splice(1, 1, { name: 'edit', values: ['0_a', '0_b'] })
  t.equal(formatPrivileges(list), 'ref:http://a/b,edit:0_a/0_b,EDIT:0_a')
  list[0].values.push('x:y')
  t.equal(t.throws(() => formatPrivileges(list)).path, 'list[0].values[0]')
  list[0] = { ...parsePrivileges('xedit:*')[0] }
  t.equal(t.throws(() => formatPrivileges(list)).path, 'list[0].name')
  const [wildcard] = parsePrivileges('sview:*')
  wildcard.any = true
  t.equal(t.throws(() => formatPrivileges([{ name: 'edit', values: ['0_a'] }, wildcard])).path.slice(0, 7), 'list[1]')
})

test('formatPrivileges writes what its list says, and refuses what Kaltura would read otherwise', (t) => {
  const list = [
    { name: 'edit', values: ['0_a', '0_b'] },
    { name: 'sview', any: true },
    { name: 'disableentitlement' },
    { name: 'urirestrict', values: ['/api_v3/service/media/*', '/api_v3/service/user/action/get'] },
  ]
  t.equal(
    formatPrivileges(list),
    'edit:0_a/0_b,sview:*,disableentitlement,urirestrict:/api_v3/service/media/*|/api_v3/service/user/action/get',
  )
  for (const [path, privilege] of [
    ['list[0].values[0]', { name: 'firstName', values: ['Ada, disableentitlement'] }],
    ['list[0].values[0]', { name: 'theme', values: ['edit:*'] }],
    ['list[0].values[0]', { name: 'theme', values: ['a;b'] }],
    ['list[0].values[0]', { name: 'edit', values: ['*'] }],
    ['list[0].values[0]', { name: 'urirestrict', values: ['/a|/b'] }],
    ['list[0].name', { name: 'xedit', any: true }],
    ['list[0].name', { name: 'ipRestrict', values: ['10.0.0.1'] }],
    ['list', { name: 'edit', value: ['0_a'] }],
  ]) {
    t.equal(t.throws(() => formatPrivileges([privilege])).path, path)
  }
})

test('predictPrivileges tells what every recorded session was granted', (t) => {
  for (const vector of recorded.retrieveAllowedAppSessionPrivileges_flow) {
    const { tokenId, tokenPrivileges, requested, privileges } = vector
    t.equal(predictPrivileges(tokenId, tokenPrivileges, requested), privileges)
  }
})

test('predictPrivileges shows that a restriction which the token lacks is dropped', (t) => {
  t.equal(
    predictPrivileges('0_id', 'sview:*', 'iprestrict:10.0.0.1,sview:0_a'),
    'sessionid:0_id,apptoken:0_id,sview:0_a',
  )
  t.equal(predictPrivileges('0_id'), 'sessionid:0_id,apptoken:0_id')
})

test('a wrong argument about privileges is named', (t) => {
  const path = (fn) => {
    const error = t.throws(fn)
    t.equal(error.code, 'ERR_INVALID_OPTIONS')
    return error.path
  }
  t.equal(
    path(() => parsePrivileges(7)),
    'text',
  )
  t.equal(
    path(() => formatPrivileges('edit:*')),
    'list',
  )
  t.equal(
    path(() => formatPrivileges([{ values: ['0_a'] }])),
    'list',
  )
  t.equal(
    path(() => formatPrivileges([{ name: 7, values: [] }])),
    'list',
  )
  t.equal(
    path(() => predictPrivileges(7, null, null)),
    'appTokenId',
  )
  t.equal(
    path(() => predictPrivileges('0_id', 7)),
    'tokenPrivileges',
  )
  t.equal(
    path(() => predictPrivileges('0_id', null, {})),
    'requested',
  )
})
