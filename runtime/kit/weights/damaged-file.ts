/** A file that is cut off, or not what its name says. The message names it and says what to do. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
  readonly file: string;

  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file} ${reason}`, cause === undefined ? undefined : { cause });
    this.file = file;
  }
}

/** Says what of a file is missing and what to do about it. */
export function cutOff(
  file: { readonly path: string; readonly size: number },
  missing: { readonly what: string; readonly end: number },
): DamagedFile {
  return new DamagedFile(
    file.path,
    `is cut off: ${missing.what} ends at byte ${missing.end}, the file at byte ${file.size}; fetch it again`,
  );
}
