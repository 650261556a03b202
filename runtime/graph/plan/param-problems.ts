import type { z } from 'zod';
import { canonicalJson } from '../base/canonical-json.ts';
import type { GraphErrorCode } from '../base/errors.ts';
import { nearest, suggestion } from '../base/message-words.ts';
import type { NodeType } from '../types/node-type.ts';
import { paramFields } from '../params/param-fields.ts';
import { isRecord } from '../base/record.ts';

interface ParamProblem {
  readonly code: GraphErrorCode;
  readonly message: string;
  /** Absent if it concerns several parameters. */
  readonly param?: string;
  /** See `Location`. */
  readonly entry?: string;
}

export interface ParsedParams {
  /** With defaults; absent if there are problems. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly problems: readonly ParamProblem[];
}

/**
 * Parses a node's params by its definition. Reports unknown params without hiding other problems. For a value with
 * several problems it reports the first: fixing that mostly fixes the others.
 */
export function parseParams(
  definition: NodeType,
  params: Readonly<Record<string, unknown>>,
): ParsedParams {
  const names = Object.keys(definition.params.shape);
  const known = new Set(names);
  const given = Object.keys(params);
  const problems: ParamProblem[] = given
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: 'unknown-param',
      param: name,
      message: `"${definition.type}" has no parameter "${name}".${suggestion(name, names) || ` It has ${list(names)}.`}`,
    }));
  const rest =
    problems.length === 0
      ? params
      : Object.fromEntries(Object.entries(params).filter(([name]) => known.has(name)));
  const result = definition.params.safeParse(rest);
  if (!result.success) {
    const secrets = new Set(
      paramFields(definition).flatMap(({ name, control }) => (control === 'secret' ? [name] : [])),
    );
    const reported = new Set<string>();
    for (const issue of result.error.issues) {
      const at = canonicalJson(issue.path.map(String));
      if (reported.has(at)) continue;
      reported.add(at);
      const name = String(issue.path[0]);
      problems.push(secrets.has(name) ? secretProblem(name) : paramProblem(issue, params));
    }
  }
  return problems.length === 0 && result.success ? { params: result.data, problems } : { problems };
}

/** Does not quote the value: it may be the secret itself. */
function secretProblem(param: string): ParamProblem {
  return {
    code: 'bad-param',
    param,
    message: `"${param}" must name a secret of the operator's settings in capitals, as { "$secret": "MY_KEY" }. A graph must never hold a key: if this is one, remove it from the file.`,
  };
}

function paramProblem(
  issue: z.core.$ZodIssue,
  params: Readonly<Record<string, unknown>>,
): ParamProblem {
  const [name, entry, ...deeper] = issue.path;
  if (name === undefined) return { code: 'bad-param', message: sentence(issue.message) };
  const isNamed = typeof entry === 'string' && deeper.length === 0;
  const place = isNamed
    ? entry
    : issue.path.reduce<string>(
        (text, key) =>
          typeof key === 'number'
            ? `${text}[${key}]`
            : text === ''
              ? String(key)
              : `${text}.${String(key)}`,
        '',
      );
  const value = issue.path.reduce<unknown>(
    (at, key) =>
      Array.isArray(at)
        ? at[Number(key)]
        : isRecord(at) && Object.hasOwn(at, key)
          ? at[String(key)]
          : undefined,
    params,
  );
  return {
    code: 'bad-param',
    param: String(name),
    ...(entry === undefined ? {} : { entry: String(entry) }),
    message: `"${place}" ${isNamed ? `of "${String(name)}" ` : ''}${sentence(mayNotBeEmpty(issue, value) ? 'must not be empty' : `${requirement(issue, value)}${shown(value)}`)}`,
  };
}

/** Whether any text would do, but it is empty. */
const mayNotBeEmpty = (issue: z.core.$ZodIssue, value: unknown): boolean =>
  issue.code === 'too_small' && issue.minimum === 1 && value === '';

/** What a value must be, in plain words, following the parameter's name. */
export function requirement(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeName(issue.expected)}`;
    case 'invalid_value': {
      const likely =
        typeof value === 'string' ? nearest(value, issue.values.map(String)) : undefined;
      const allowed = issue.values.map((allowed) => JSON.stringify(allowed) ?? String(allowed));
      return `must be ${allowed.length === 1 ? '' : 'one of '}${allowed.join(', ')}${likely === undefined ? '' : ` (did you mean "${likely}"?)`}`;
    }
    case 'too_small':
      return `must ${bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `must not have ${list(issue.keys)}`;
    case 'invalid_union': {
      const options = issue.errors
        .flatMap((issues) => issues.slice(0, 1))
        .filter((inner) => inner.path.length === 0);
      const ways = [
        ...new Set(options.map((inner) => requirement(inner, value).replace(/^must be /, ''))),
      ];
      return ways.length === 0 ? 'has the wrong shape' : `must be ${ways.join(', or ')}`;
    }
    default:
      return `is invalid: ${issue.message}`;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  switch (origin) {
    case 'string':
      return `have ${relation} ${limit} character${limit === 1 ? '' : 's'}`;
    case 'array':
    case 'set':
      return `have ${relation} ${limit} item${limit === 1 ? '' : 's'}`;
    default:
      return `be ${relation} ${limit}`;
  }
}

function typeName(expected: string): string {
  switch (expected) {
    case 'int':
      return 'a whole number';
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'an object';
    default:
      return `a ${expected}`;
  }
}

/** `, but is 0`, if the value is short enough to show. */
function shown(value: unknown): string {
  try {
    const text = canonicalJson(value);
    return text.length > 60 ? '' : `, but is ${text}`;
  } catch {
    return value === undefined
      ? ''
      : `, but is ${typeof value === 'number' ? value : `a ${typeof value}`}`;
  }
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** `"a", "b"`, or `none`. */
export function list(words: readonly string[]): string {
  return words.length === 0 ? 'none' : words.map((word) => `"${word}"`).join(', ');
}
