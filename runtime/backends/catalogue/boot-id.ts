import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/**
 * Names the time since this machine started: a file verified before a restart is hashed again after it.
 * Where the kernel gives no boot id, the minute of the start serves.
 */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `up-${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
  }
}
