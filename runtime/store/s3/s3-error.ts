import { GraphError } from '@graft/graph';
import { hasCode } from '@graft/kit';

/** What S3 or its client threw, read without trusting its shape. */
interface Failure {
  readonly name: string;
  readonly message: string;
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: '', message: String(error), status: undefined };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return {
    name: error.name,
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
  };
}

/** Whether a range begins where the object ends, or after. */
export const isBeyondEnd = (error: unknown): boolean => failureOf(error).status === 416;

/** Whether there is no such object. A bucket that is missing looks the same to some requests. */
export function isMissing(error: unknown): boolean {
  const { name } = failureOf(error);
  return name === 'NoSuchKey' || name === 'NotFound';
}

/** Whether an object is there already that was to be new, or has changed that was to be the same. */
export function isTaken(error: unknown): boolean {
  const { name, status } = failureOf(error);
  return status === 412 || status === 409 || name === 'PreconditionFailed';
}

/** Whether the service does not know what it was asked for. */
export function isUnknownToService(error: unknown): boolean {
  const { name, status } = failureOf(error);
  return status === 501 || name === 'NotImplemented';
}

/** Whether nothing answered, or the answer broke off, or says to come again. */
export function isAway(error: unknown): boolean {
  const { name, status } = failureOf(error);
  if (status !== undefined && status < 400) return true;
  if (status !== undefined)
    return (status >= 500 && status !== 501 && status !== 507) || status === 429;
  return (
    name === 'TimeoutError' ||
    hasCode(
      error,
      ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE'],
      ...['EHOSTUNREACH', 'ENETUNREACH', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE'],
    ) ||
    (error instanceof Error && /aborted|socket hang up|terminated/i.test(error.message))
  );
}

const refusals = new Set([
  ...[
    'AccessDenied',
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
    'ExpiredToken',
    'InvalidToken',
  ],
  ...['AuthorizationHeaderMalformed', 'TokenRefreshRequired', 'Forbidden', 'UnauthorizedAccess'],
]);

/** An error of S3 that says which place is concerned and what to do. Never what was sent: it may hold keys. */
export function s3Error(error: unknown, shown: string): GraphError {
  if (error instanceof GraphError) return error;
  const { name, message, status } = failureOf(error);
  const detail = [name === 'Error' ? '' : name, message].filter((part) => part !== '').join(': ');
  // The client's own error holds the request with its headers.
  const options = { audience: 'operator', cause: new Error(detail) } as const;
  const unavailable = (text: string): GraphError => new GraphError('unavailable', text, options);
  if (name === 'NoSuchBucket') {
    return unavailable(
      `The bucket of ${shown} does not exist. Create it, or correct GRAFT_ARTIFACTS.`,
    );
  }
  if (
    /Region is missing|region '[^']*' is wrong/.test(message) ||
    name === 'PermanentRedirect' ||
    status === 301
  ) {
    return unavailable(
      `The region of ${shown} is not right or not set. Set AWS_REGION to the bucket's.`,
    );
  }
  if (/Credentials/.test(name) || /credential/i.test(message)) {
    return unavailable(
      `There is no key for ${shown}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile of AWS.`,
    );
  }
  if (refusals.has(name) || /UserNotFound/.test(name) || status === 401 || status === 403) {
    return unavailable(
      `${shown} refused the key (${name === '' ? String(status) : name}). Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow this key to list the bucket and to get, put and delete its objects.`,
    );
  }
  if (status === 507 || /QuotaExceeded|StorageFull/.test(name)) {
    return new GraphError(
      'no-space',
      `No space is left in ${shown}. Free some, for instance with "graft cache gc --max-size", then try again.`,
      options,
    );
  }
  if (isAway(error)) {
    return unavailable(
      `${shown} cannot be reached (${detail}). Check that the service runs there and that AWS_ENDPOINT_URL_S3 is right, then try again.`,
    );
  }
  return new GraphError('internal', `${shown} answered ${detail}.`, {
    ...options,
    location: { file: shown },
  });
}
