import { GraphError } from '@graft/graph';

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Refuses anything but a sha256: digests become file names. */
export function assertDigest(digest: string): void {
  if (!isDigest(digest)) {
    throw new GraphError(
      'bad-input',
      `"${digest}" is not a digest: 64 lower-case hex digits are expected.`,
    );
  }
}
