import { plural } from '@graft/graph';

export { plural };

/** `0.1 s`, `14 s`, `2 min 5 s`, `1 h 4 min` */
export function duration(ms: number): string {
  if (ms < 50) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * A measured time as it may be elsewhere: `about 15 seconds`, `about 7 minutes`; `isLeast` rounds down: `over 7 minutes`.
 */
export function roughly(seconds: number, { isLeast = false } = {}): string {
  const word = isLeast ? 'over' : 'about';
  const round = isLeast ? Math.floor : Math.round;
  if (seconds < 90) return `${word} ${Math.max(5, round(seconds / 5) * 5)} seconds`;
  const minutes = round(seconds / 60);
  if (minutes < 90) return `${word} ${plural(minutes, 'minute')}`;
  return `${word} ${plural(round(minutes / 60), 'hour')}`;
}

/** `93 MB` */
export function bytes(size: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `1,024` */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `14:05`, with the date if it was another day. */
export function clock(at: number, now = Date.now()): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`;
}

/** A measured value with four significant digits: `1,284`, `1.284`, `0.01234`, `2.00e-4`. */
export function measure(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (Number.isInteger(value) && size < 1e15) return count(value);
  if (size >= 1_000)
    return value.toLocaleString('en', { maximumFractionDigits: size < 1e4 ? 1 : 0 });
  return size >= 1e-3 ? value.toPrecision(4) : value.toExponential(2);
}

/** A share from 0 to 1: `1.8 %`, `0.04 %` */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  return `${value >= 9.95 ? value.toFixed(0) : value >= 0.995 ? value.toFixed(1) : value.toPrecision(2)} %`;
}

/** A value of a metric with its unit: shares as percents, sizes as bytes. */
export function metricValue(name: string, value: number): string {
  if (/share$/i.test(name)) return percent(value);
  return name === 'bytes' ? bytes(value) : measure(value);
}
