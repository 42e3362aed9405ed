import { formatPrivileges, parsePrivileges, predictPrivileges } from 'kaltura-app-token'
import { test } from './harness.js'
import { phpText, privileges as recorded } from '../vectors/index.js'

const listed = (privileges) =>
  privileges.map(({ name, values }) => ({ name: phpText(name), values: values.map(phpText) }))

test('parsePrivileges and formatPrivileges read and write every recorded text as the server did', (t) => {
  for (const { input, result, rebuilt } of recorded.parsePrivileges) {
    const parsed = parsePrivileges(input)
    t.deepEqual(parsed, listed(result))
    t.equal(formatPrivileges(parsed), rebuilt)
  }
  for (const { input, result } of recorded.buildPrivileges) {
    t.equal(formatPrivileges(listed(input)), result)
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
  t.equal(path(() => parsePrivileges(7)), 'text')
  t.equal(path(() => formatPrivileges('edit:*')), 'list')
  t.equal(path(() => formatPrivileges([{ name: 'edit' }])), 'list')
  t.equal(path(() => formatPrivileges([{ name: 7, values: [] }])), 'list')
  t.equal(path(() => predictPrivileges(7, null, null)), 'appTokenId')
  t.equal(path(() => predictPrivileges('0_id', 7)), 'tokenPrivileges')
  t.equal(path(() => predictPrivileges('0_id', null, {})), 'requested')
})
