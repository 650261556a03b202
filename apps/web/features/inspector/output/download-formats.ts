import {
  Answers,
  Comparison,
  Documents,
  Metrics,
  portTypes,
  Prompts,
  type ArtifactRef,
} from '@graft/graph';

export interface DownloadFormat {
  readonly format: 'jsonl' | 'csv' | 'arrow' | 'md' | 'txt';
  readonly title: string;
}

const jsonl: DownloadFormat = { format: 'jsonl', title: 'JSON lines' };
const csv: DownloadFormat = { format: 'csv', title: 'Table (CSV)' };
const arrow: DownloadFormat = { format: 'arrow', title: 'Table (Arrow)' };
const md: DownloadFormat = { format: 'md', title: 'Markdown' };
const txt: DownloadFormat = { format: 'txt', title: 'Text' };

/** The formats that say something of an artifact, the likeliest first. None where it has no rows. */
export function downloadFormats({ mediaType }: ArtifactRef): readonly DownloadFormat[] {
  const type = Object.values(portTypes).find((one) => one.mediaType === mediaType);
  if (type?.id === Comparison.id) return [md, csv, jsonl];
  if (type?.encoding !== 'jsonl' && type?.encoding !== 'vectors') return [];
  switch (type.id) {
    case Metrics.id:
      return [csv, arrow, jsonl];
    case Answers.id:
    case Prompts.id:
      return [md, txt, csv, arrow, jsonl];
    case Documents.id:
      return [txt, jsonl, csv, arrow];
    default:
      return [jsonl, csv, arrow];
  }
}

export function downloadAddress(
  { digest, mediaType }: ArtifactRef,
  { format }: DownloadFormat,
  name: string,
): string {
  return `api/download?${new URLSearchParams({ digest, type: mediaType, format, name }).toString()}`;
}
