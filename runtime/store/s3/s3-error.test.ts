import { inspect } from 'node:util';
import { GraphError } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { isAway, s3Error } from './s3-error.ts';

/** An error as the client throws it, with the request that it answers. */
function answer(name: string, status?: number, message = 'it said why'): Error {
  return Object.assign(new Error(message), {
    ...{ name, $metadata: status === undefined ? {} : { httpStatusCode: status } },
    $response: { headers: { authorization: 'AWS4-HMAC very-secret' } },
  });
}

describe('an answer of S3', () => {
  it.each([
    ['NoSuchBucket', 404, 'unavailable', 'Create it, or correct GRAFT_ARTIFACTS'],
    ['AccessDenied', 403, 'unavailable', 'refused the key'],
    ['SignatureDoesNotMatch', 403, 'unavailable', 'Correct AWS_ACCESS_KEY_ID'],
    ['CredentialsProviderError', undefined, 'unavailable', 'Set AWS_ACCESS_KEY_ID'],
    ['PermanentRedirect', 301, 'unavailable', 'Set AWS_REGION'],
    ['SlowDown', 503, 'unavailable', 'cannot be reached'],
    ['TimeoutError', undefined, 'unavailable', 'AWS_ENDPOINT_URL_S3'],
    ['QuotaExceeded', 507, 'no-space', 'graft cache gc'],
    ['InvalidRequest', 400, 'internal', 'it said why'],
  ])('%s says what to do', (...[name, status, code, message]) => {
    const error = s3Error(answer(name, status), 's3://team at http://host');
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).toContain('s3://team at http://host');
    // GRAFT_DEBUG prints causes too.
    expect(inspect(error, { depth: 10 })).not.toContain('very-secret');
  });

  it('names the region, where a credential has the wrong one', () => {
    const message =
      "The authorization header is malformed; the Credential is mal-formed; the region 'us-east-1' is wrong; expecting 'eu-central-1'";
    const error = s3Error(answer('AuthorizationHeaderMalformed', 400, message), 's3://team');
    expect(error.message).toContain('AWS_REGION');
  });

  it('stays what it is where it says already what to do', () => {
    const error = new GraphError('no-space', 'The disk is full.');
    expect(s3Error(error, 's3://team')).toBe(error);
  });

  it('is worth waiting for where nothing answered or the service is overloaded', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(isAway(refused)).toBe(true);
    expect(isAway(answer('InternalError', 500))).toBe(true);
    expect(isAway(answer('AccessDenied', 403))).toBe(false);
    expect(isAway(new Error('a fault of ours'))).toBe(false);
  });
});
