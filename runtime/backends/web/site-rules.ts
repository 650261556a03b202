/** Graft's name in a robots.txt. */
export const robotName = 'Graft';
/** Most seconds between requests that a site may ask for. */
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
 * Rules of a robots.txt (RFC 9309): those of all groups that name Graft, else those for everybody. Keeps only these,
 * and matches a path in one pass, so that the cost is linear in the file.
 */
export function siteRules(text: string): SiteRules {
  const own: Group = { rules: [], pause: 0 };
  const everybody: Group = { rules: [], pause: 0 };
  let named = false;
  /** The current group, and whether its user-agent lines continue. */
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

/** For a site without rules. */
export const noRules: SiteRules = { allows: () => true, pause: 0 };

/** By the longest matching rule; of equally long ones an allowing one wins. */
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

/** Whether a path matches a prefix pattern, in which `*` is anything, and a final `$` the end of the path. */
function fits(pattern: string, path: string): boolean {
  const ends = pattern.endsWith('$');
  const [start = '', ...parts] = (ends ? pattern.slice(0, -1) : pattern).split('*');
  if (!path.startsWith(start)) return false;
  const last = ends ? parts.pop() : undefined;
  if (ends && last === undefined) return path.length === start.length;
  // Matching each part at its first occurrence leaves the most for the rest.
  let at = start.length;
  for (const part of parts) {
    const found = path.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return last === undefined || (path.length - last.length >= at && path.endsWith(last));
}

/** In one percent-encoded form. */
function encoded(text: string): string {
  let whole = text;
  try {
    whole = encodeURI(text).replaceAll('%25', '%');
  } catch {
    // Half a surrogate pair cannot be encoded, and no path contains one.
  }
  return whole.replace(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase());
}
