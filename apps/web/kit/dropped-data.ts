/** A dropped file or folder, as browsers describe it. */
export interface Entry {
  readonly name: string;
  readonly isDirectory?: boolean;
  file?(take: (file: File) => void, fail: (error: Error) => void): void;
  createReader?(): {
    readEntries(take: (entries: readonly Entry[]) => void, fail: (error: Error) => void): void;
  };
}

/** What was dropped. */
export interface DroppedData {
  /** A folder is among them as a file that cannot be read. */
  readonly files: readonly File[];
  readonly entries: readonly Entry[];
}

/** What a drop holds. Must be called within its event: later the browser returns nothing. */
export const droppedData = ({ files, items }: DataTransfer): DroppedData => ({
  files: [...files],
  entries: [...items].flatMap((item) => item.webkitGetAsEntry() ?? []),
});
