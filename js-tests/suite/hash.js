import { hashAppToken } from 'kaltura-app-token'
import { test } from './harness.js'

test('hashAppToken gives what the command line tools give for KS and token together', (t) => {
  t.equal(hashAppToken('a', 'b'), 'da23614e02469a0d7c7bd1bdab5c9c474b1904dc')
  t.equal(hashAppToken('a', 'b', 'MD5'), '187ef4436122d1cc2f40dc2b92f0eba0')
  t.equal(hashAppToken('a', 'b', 'SHA256'), 'fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603')
  t.equal(
    hashAppToken('a', 'b', 'SHA512'),
    '2d408a0717ec188158278a796c689044361dc6fdde28d6f04973b80896e1823975cdbf12eb63f9e0591328ee235d80e9b5bf1aa6a44f4617ff3caf6400eb172d',
  )
})
