/** Whether a thrown value is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    codes.includes(error.code)
  );
}

/** Whether no space is left: on the disk, or in the user's quota. */
export function isFullDisk(error: unknown): boolean {
  return hasCode(error, 'ENOSPC', 'EDQUOT');
}

/** Whether the place is not writable: by its permissions, or because the filesystem is read-only. */
export function isUnwritable(error: unknown): boolean {
  return hasCode(error, 'EACCES', 'EPERM', 'EROFS');
}

/** Whether the system refused a call: a missing or unreadable file and the like. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
