/** By which robots.txt names Graft. */
export const robotName = 'Graft';
/** Seconds between requests that a site may ask for at most. */
const longestPause = 60;

export interface SiteRules {
  allows(url: URL): boolean;
  /** Seconds between requests. */
  readonly pause: number;
}

interface Rule {
  readonly pattern: string;
  readonly allow: boolean;
}
interface Group {
  readonly rules: Rule[];
  pause: number;
}

/**
 * Rules of a robots.txt (RFC 9309): those of all groups that name Graft, else of those for everybody. Only these are kept,
 * and a path is matched in one go, so that no file costs more than it is long.
 */
export function siteRules(text: string): SiteRules {
  const own: Group = { rules: [], pause: 0 };
  const everybody: Group = { rules: [], pause: 0 };
  let named = false;
  /** What the lines at hand are for, and whether their heads are still being read. */
  let groups = new Set<Group>();
  let inHead = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = /^([^:#]*):([^#]*)/.exec(line) ?? [];
    switch (field.trim().toLowerCase()) {
      case 'user-agent': {
        if (!inHead) groups = new Set();
        inHead = true;
        const agent = (/^[^/]*/.exec(value.trim())?.[0] ?? '').trim().toLowerCase();
        if (agent === '*') groups.add(everybody);
        if (agent !== robotName.toLowerCase()) break;
        groups.add(own);
        named = true;
        break;
      }
      case 'allow':
      case 'disallow': {
        inHead = false;
        const rule = { pattern: encoded(value.trim()), allow: /^\s*a/i.test(field) };
        if (rule.pattern !== '') for (const { rules } of groups) rules.push(rule);
        break;
      }
      case 'crawl-delay': {
        inHead = false;
        const seconds = Number(value);
        if (seconds >= 0) for (const group of groups) group.pause = seconds;
      }
    }
  }
  const { rules, pause } = named ? own : everybody;
  return {
    allows: ({ pathname, search }) => isAllowed(rules, encoded(pathname + search)),
    pause: Math.min(longestPause, pause),
  };
}

/** Of a site that has none. */
export const noRules: SiteRules = { allows: () => true, pause: 0 };

/** By the longest rule that fits; of equally long ones one that allows. */
function isAllowed(rules: readonly Rule[], path: string): boolean {
  let allowed = true;
  let longest = -1;
  for (const { pattern, allow } of rules) {
    const { length } = pattern;
    if (length < longest || (length === longest && !allow)) continue;
    if (fits(pattern, path)) [longest, allowed] = [length, allow];
  }
  return allowed;
}

/** Whether a path begins as a pattern says, in which `*` is anything, and `$` at the end that the path ends there. */
function fits(pattern: string, path: string): boolean {
  const ends = pattern.endsWith('$');
  const [start = '', ...parts] = (ends ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(start)) return false;
  const last = ends ? parts.pop() : undefined;
  if (ends && last === undefined) return path.length === start.length;
  // Each part where it first stands leaves the most for those that follow.
  let at = start.length;
  for (const part of parts) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return last === undefined || (path.length - last.length >= at && path.endsWith(last));
}

/** In one form, in whichever its letters were written. */
function encoded(text: string): string {
  let whole = text;
  try {
    whole = encodeURI(text).replaceAll('%25', '%');
  } catch {
    // Half a letter cannot be encoded, and is in no path.
  }
  return whole.replace(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase());
}
