export const exportMeanings = {
  bytes: 'The size of all files.',
  files: 'Files written.',
} as const;
