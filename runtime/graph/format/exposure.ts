import { namePattern } from '../base/names.ts';
import { isRecord } from '../base/record.ts';
import type { Exposure } from './graph-body.ts';

const targetPattern = /^([A-Za-z0-9][\w-]{0,199})\.(.+)$/s;
const knownFields = new Set(['param', 'title', 'help', 'default', 'formerly']);

/** `inject-context.top` */
export function formatTarget({ node, param }: Pick<Exposure, 'node' | 'param'>): string {
  return `${node}.${param}`;
}

/** The form in the file: only the target, or an object if there is more. */
export function exposureValue(exposure: Exposure): unknown {
  const { node, param, extra = {}, ...rest } = exposure;
  const fields = Object.entries({ ...rest, ...extra }).filter(([, value]) => value !== undefined);
  const target = formatTarget({ node, param });
  return fields.length === 0 ? target : { ...Object.fromEntries(fields), param: target };
}

/** Reverse of `exposureValue`; returns the reason as a text if the value is malformed. */
export function readExposure(value: unknown): Exposure | string {
  if (typeof value === 'string') return readTarget(value);
  if (!isRecord(value)) return 'should be "node.param", or an object with "param"';
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const param = own('param');
  if (typeof param !== 'string') return 'should have "param": "node.param"';
  const target = readTarget(param);
  if (typeof target === 'string') return target;
  const [title, help] = [own('title'), own('help')];
  if (title !== undefined && typeof title !== 'string') return 'should have text as "title"';
  if (help !== undefined && typeof help !== 'string') return 'should have text as "help"';
  const formerly = own('formerly');
  if (formerly !== undefined && !isNameList(formerly)) {
    return 'should have a list of names as "formerly"';
  }
  const extra = Object.entries(value).filter(([key]) => !knownFields.has(key));
  return {
    ...target,
    ...(title === undefined ? {} : { title }),
    ...(help === undefined ? {} : { help }),
    ...(own('default') === undefined ? {} : { default: own('default') }),
    ...(formerly === undefined ? {} : { formerly }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

function readTarget(text: string): Exposure | string {
  const [, node, param] = targetPattern.exec(text) ?? [];
  return node === undefined || param === undefined
    ? 'should name a parameter as "node.param"'
    : { node, param };
}

function isNameList(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && namePattern.test(name))
  );
}
