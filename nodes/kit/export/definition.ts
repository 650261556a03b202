export const exportMeanings = {
  bytes: 'The size of the file, or of all of them.',
  files: 'Files that were written.',
} as const;
