/** Whether a thrown value is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}

/** Whether no byte more can be written: the disk, or the share of it that the user may have, is used up. */
export function isFullDisk(error: unknown): boolean {
  return hasCode(error, 'ENOSPC', 'EDQUOT');
}

/** Whether the place may not be written at all: by its permissions, or since the whole filesystem is read-only. */
export function isUnwritable(error: unknown): boolean {
  return hasCode(error, 'EACCES', 'EPERM', 'EROFS');
}

/** Whether the system refused a call: a file that is gone, may not be read and the like. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
