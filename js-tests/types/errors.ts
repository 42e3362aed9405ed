// How the code of an error tells which properties it has.
import { AppTokenError, hashAppToken, isAppTokenError, type AppTokenErrorCode } from 'kaltura-app-token'

declare const thrown: unknown

if (isAppTokenError(thrown)) {
  const code: AppTokenErrorCode = thrown.code
  const retryable: boolean = thrown.retryable
  const attempts: number = thrown.attempts
  const retryAfterMs: number | undefined = thrown.retryAfterMs
  // @ts-expect-error: not every error is Kaltura's
  thrown.kalturaCode
  switch (thrown.code) {
    case 'ERR_KALTURA': {
      const [kaltura, service]: [string, string] = [thrown.kalturaCode, thrown.service]
      void [kaltura, service]
      break
    }
    case 'ERR_INVALID_OPTIONS': {
      const path: string = thrown.path
      // @ts-expect-error: nothing was sent
      thrown.service
      void path
      break
    }
    case 'ERR_HTTP_STATUS': {
      const status: number = thrown.status
      void status
      break
    }
    case 'ERR_NOT_GRANTED': {
      const granted: string | undefined = thrown.differences[0]?.granted
      void granted
      break
    }
    // @ts-expect-error: no such code
    case 'ERR_UNKNOWN':
      break
  }
  void [code, retryable, attempts, retryAfterMs]
}

if (thrown instanceof AppTokenError && thrown.code === 'ERR_KALTURA') {
  const refusal: string | undefined = thrown.ksRefusal
  void refusal
}

// @ts-expect-error: only the package makes them
new AppTokenError({ code: 'ERR_NETWORK' })

const hash: string = hashAppToken('ks', 'token', 'SHA512')
// @ts-expect-error: the token is missing
hashAppToken('ks')
// @ts-expect-error: no such hash
hashAppToken('ks', 'token', 'CRC32')
void hash
