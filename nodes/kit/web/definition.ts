import type { ParamMeta, Source } from '@graft/graph';
import { z } from 'zod';

type Words = Pick<ParamMeta, 'title'> & Required<Pick<ParamMeta, 'description'>>;

/** Hours of a period: external data are fetched once in each. */
export function refreshParam(hours: number, words: Words) {
  return z
    .int()
    .min(0)
    .max(8760)
    .default(hours)
    .meta({ unit: 'hours', ...words } satisfies ParamMeta);
}

/** The source of a node with the parameter `refresh`. */
export function refreshed({ refresh }: { readonly refresh: number }): Source[] {
  return refresh === 0 ? [] : [{ kind: 'clock', hours: refresh, param: 'refresh' }];
}

/** `looks` describes the effect of a new value: `fetches every page`. */
export function revisionParam(looks: string) {
  return z
    .string()
    .default('')
    .meta({
      title: 'Revision',
      description: `Any text, for instance a date. A new value ${looks} again.`,
      advanced: true,
    } satisfies ParamMeta);
}

export const contentParam = z
  .enum(['main', 'all'])
  .default('main')
  .meta({
    title: 'Content',
    description: 'main: the article, without menus and sidebars. all: the whole page.',
    advanced: true,
  } satisfies ParamMeta);

export function timeoutParam(
  { seconds, most }: { readonly seconds: number; readonly most: number },
  description: string,
) {
  return z
    .int()
    .min(1)
    .max(most)
    .default(seconds)
    .meta({
      ...{ title: 'Timeout', unit: 'seconds', description, advanced: true },
      affectsResult: false,
    } satisfies ParamMeta);
}

export const pauseParam = z
  .number()
  .min(0)
  .max(60)
  .default(1)
  .meta({
    title: 'Pause',
    unit: 'seconds',
    description:
      'Pause between requests to the same host. Graft waits longer if its robots.txt asks for it.',
    advanced: true,
    affectsResult: false,
  } satisfies ParamMeta);

/**
 * The canonical form of a page's address, without a fragment; undefined if it is not http or https, or contains a name
 * or password.
 */
export function pageAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  if (!/^https?:$/.test(url.protocol) || `${url.username}${url.password}` !== '') return undefined;
  url.hash = '';
  return url.href;
}
