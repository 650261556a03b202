import { z } from 'zod';

/** `1.4 GB`, `92.9 MB`, `312 B`: powers of ten, as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? 'B'}`;
}

/** Milliseconds as `40 ms`, `1.2 s`, `3 min 04 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `500MB`, `2 GB`, `1.5gb`, `1048576`: bytes, or undefined where it is none of these. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb)?\s*$/i.exec(text);
  if (match === null) return undefined;
  const power = ['b', 'kb', 'mb', 'gb', 'tb'].indexOf((match[2] ?? 'b').toLowerCase());
  return Math.round(Number(match[1]) * 1000 ** power);
}

/** `30d`, `12h`, `90m`, `45s`: milliseconds, or undefined where it is none of these. */
export function parseTimeSpan(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|m|h|d)\s*$/i.exec(text);
  if (match === null) return undefined;
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
  const unit = z.enum(['s', 'm', 'h', 'd']).parse((match[2] ?? '').toLowerCase());
  return Number(match[1]) * seconds[unit] * 1_000;
}
