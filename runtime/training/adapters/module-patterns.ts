import { GraphError } from '@graft/graph';
import { RE2JS } from 're2js';

/** Most patterns: PEFT itself writes one for each deviating module; a layer has seven modules. */
const mostPatterns = 10_000;
/** Limits of patterns that are real expressions, and of the length of one: each is tried on each module. */
const mostExpressions = 100;
const longest = 500;

/**
 * The value that PEFT gives a module by `rank_pattern` or `alpha_pattern`: that of the first pattern that matches the
 * end of its path from a dot on (`get_pattern_key`: `re.match(rf"(.*\.)?({pattern})$", path)`). Looks up plain names;
 * runs expressions on RE2, in time linear in pattern and path, because the file may be hostile. Throws `bad-input` for
 * an expression that RE2 lacks (look-around, back-references), or that exceeds the limits.
 */
export function modulePatterns(
  patterns: Readonly<Record<string, number>>,
  source: { readonly file: string; readonly field: string },
): (path: string) => number | undefined {
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-input', `${source.file}: ${source.field} ${reason}`, {
      location: { file: source.file },
    });
  const entries = Object.entries(patterns);
  if (entries.length > mostPatterns) {
    throw refuse(`holds ${entries.length} patterns; at most ${mostPatterns} are read`);
  }
  const names = new Map<string, Ranked>();
  const others: (Ranked & { readonly matches: (path: string) => boolean })[] = [];
  let expressions = 0;
  for (const [order, [pattern, value]] of entries.entries()) {
    const name = pattern.replaceAll('\\.', '');
    if (/^[\w-]*$/.test(name)) {
      const full = pattern.replaceAll('\\.', '.');
      if (!names.has(full)) names.set(full, { order, value });
    } else if (/^[\w.-]*$/.test(name)) {
      others.push({ order, value, matches: dotted(pattern) });
    } else {
      expressions += 1;
      if (pattern.length > longest || expressions > mostExpressions) {
        throw refuse(
          `holds more than ${mostExpressions} expressions or one of more than ${longest} characters; name modules in full instead`,
        );
      }
      const expression = compiled(pattern, refuse);
      others.push({ order, value, matches: (path) => expression.matches(path) });
    }
  }
  return (path) => {
    const named = [...endings(path)].flatMap((ending) => names.get(ending) ?? []);
    const matching = others.find(({ matches }) => matches(path));
    const found = matching === undefined ? named : [...named, matching];
    return found.sort((a, b) => a.order - b.order)[0]?.value;
  };
}

/** A value and the position of its pattern: the first match counts. */
interface Ranked {
  readonly order: number;
  readonly value: number;
}

/** Matches a name with unescaped dots, which stand for any character. */
function dotted(pattern: string): (path: string) => boolean {
  const escapedDot = '\0';
  const name = pattern.replaceAll('\\.', escapedDot);
  return (path) => {
    const start = path.length - name.length;
    if (start < 0 || (start > 0 && path[start - 1] !== '.')) return false;
    for (let i = name.length - 1; i >= 0; i -= 1) {
      const wanted = name[i];
      if (wanted !== '.' && path[start + i] !== (wanted === escapedDot ? '.' : wanted))
        return false;
    }
    return true;
  };
}

function compiled(pattern: string, refuse: (reason: string) => GraphError): RE2JS {
  try {
    return RE2JS.compile(`(?:.*\\.)?(?:${pattern})`);
  } catch {
    throw refuse(
      `holds "${pattern}", which cannot be matched safely; name the modules instead, as down_proj or layers\\.0\\.mlp\\.down_proj`,
    );
  }
}

/** The path, and the suffix after each dot. */
function* endings(path: string): Generator<string> {
  yield path;
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    yield path.slice(dot + 1);
  }
}
