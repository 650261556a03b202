type Token =
  /** A single code unit, or one of a class in brackets. */
  | { readonly kind: 'unit'; readonly pattern: string }
  /** `*` */
  | { readonly kind: 'name' }
  /** `**`, with the slash after it. */
  | { readonly kind: 'all' | 'folders' }
  | { readonly kind: 'open' | 'or' | 'close' };

/**
 * The parts of a glob: `*` and `?` stay within a folder, `**` crosses folders, `{a,b}` and `[a-z]` choose; a folder's
 * name, with or without a final slash, means everything below it. Unclosed braces end with the glob.
 */
function tokens(glob: string): Token[] {
  const found: Token[] = [];
  const literal = (unit: string): void => {
    found.push({ kind: 'unit', pattern: unit.replace(/[\\^$.|+*?()[\]{}/]/g, '\\$&') });
  };
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (glob.startsWith('**/', at)) {
      found.push({ kind: 'folders' });
      at += 2;
    } else if (glob.startsWith('**', at)) {
      found.push({ kind: 'all' });
      at += 1;
    } else if (character === '*') found.push({ kind: 'name' });
    else if (character === '?') found.push({ kind: 'unit', pattern: '[^/]' });
    else if (character === '{' && glob.includes('}', at)) {
      found.push({ kind: 'open' });
      depth++;
    } else if (character === '}' && depth > 0) {
      found.push({ kind: 'close' });
      depth--;
    } else if (character === ',' && depth > 0) found.push({ kind: 'or' });
    else if (character === '[' && glob.indexOf(']', at + 2) > 0) {
      const end = glob.indexOf(']', at + 2);
      const pattern = classPattern(glob.slice(at + 1, end));
      if (pattern === undefined) literal(character);
      else {
        found.push({ kind: 'unit', pattern });
        at = end;
      }
    } else literal(character);
  }
  for (; depth > 0; depth--) found.push({ kind: 'close' });
  return found;
}

/** Undefined for an invalid class, such as `z-a`. */
function classPattern(glob: string): string | undefined {
  const inside = glob.replace(/[\\[\]&~]/g, '\\$&');
  const pattern = `[${inside.startsWith('!') ? `^${inside.slice(1)}` : inside}]`;
  try {
    new RegExp(pattern);
    return pattern;
  } catch {
    return undefined;
  }
}

const patterns = {
  ...{ name: '[^/]*', all: '.*', folders: '(?:.*/)?' },
  ...{ open: '(?:', or: '|', close: ')' },
} as const;

/** A glob as a regular expression, for engines with linear-time matching. Elsewhere use `globMatcher`. */
export function globPattern(glob: string): string {
  const pattern = tokens(glob)
    .map((token) => (token.kind === 'unit' ? token.pattern : patterns[token.kind]))
    .join('');
  return glob.endsWith('/') ? `${pattern}.*` : `${pattern}(?:/.*)?`;
}

/** Whether a path matches a glob, in time linear in both: it follows no state twice, however many `**` there are. */
export function globMatcher(glob: string): (path: string) => boolean {
  const automaton = new Automaton();
  let at = automaton.state();
  const groups: { readonly from: number; readonly to: number }[] = [];
  for (const token of tokens(glob)) {
    const group = groups.at(-1);
    switch (token.kind) {
      case 'unit':
        at = automaton.step(at, new RegExp(token.pattern));
        break;
      case 'name':
        automaton.loop(at, /[^/]/);
        break;
      case 'all':
        automaton.loop(at, /./);
        break;
      case 'folders': {
        const within = automaton.freely(at);
        automaton.loop(within, /./);
        const behind = automaton.step(within, /\//);
        automaton.freely(at, behind);
        at = behind;
        break;
      }
      case 'open': {
        const to = automaton.state();
        groups.push({ from: at, to });
        at = automaton.freely(at);
        break;
      }
      case 'or':
        if (group === undefined) break;
        automaton.freely(at, group.to);
        at = automaton.freely(group.from);
        break;
      case 'close':
        if (group === undefined) break;
        automaton.freely(at, group.to);
        at = group.to;
        groups.pop();
        break;
    }
  }
  if (glob.endsWith('/')) automaton.loop(at, /./);
  const ends = [at];
  if (!glob.endsWith('/')) {
    const below = automaton.step(at, /\//);
    automaton.loop(below, /./);
    ends.push(below);
  }
  return (path) => automaton.accepts(path, ends);
}

/** States, and the code units that lead from one to another (Thompson 1968). */
class Automaton {
  readonly #steps: { readonly unit: RegExp; readonly to: number }[][] = [];
  readonly #free: number[][] = [];

  state(): number {
    this.#free.push([]);
    return this.#steps.push([]) - 1;
  }
  step(from: number, unit: RegExp, to = this.state()): number {
    this.#steps[from]?.push({ unit, to });
    return to;
  }
  /** Any number of them. */
  loop(at: number, unit: RegExp): void {
    this.step(at, unit, at);
  }
  /** Without a code unit. */
  freely(from: number, to = this.state()): number {
    this.#free[from]?.push(to);
    return to;
  }

  accepts(path: string, ends: readonly number[]): boolean {
    let states = this.#reached([0]);
    for (const unit of path.split('')) {
      const next: number[] = [];
      for (const from of states) {
        for (const step of this.#steps[from] ?? []) if (step.unit.test(unit)) next.push(step.to);
      }
      states = this.#reached(next);
    }
    return ends.some((end) => states.has(end));
  }

  #reached(from: readonly number[]): Set<number> {
    const reached = new Set(from);
    // Iterating a Set reaches entries added meanwhile.
    for (const state of reached) for (const to of this.#free[state] ?? []) reached.add(to);
    return reached;
  }
}
