import { z } from 'zod';

/** What servers were asked for, and what that cost. Only successful requests count. */
export const remoteUsageSchema = z.object({
  requests: z.int().nonnegative(),
  /** Tokens that the models read, and wrote; embedders and rerankers write none. */
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  /** A server did not report its tokens, so Graft estimated them from the text. */
  guessed: z.literal(true).optional(),
  /** US dollars, by the operator's prices at that time; absent: a model has no price. */
  dollars: z.number().nonnegative().optional(),
});
export type RemoteUsage = z.infer<typeof remoteUsageSchema>;

/** US dollars for a million tokens that a model reads, and writes. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
}

/** What tokens cost, in US dollars; undefined without a price. */
export function tokenCost(
  price: TokenPrice | undefined,
  tokens: { readonly inputTokens: number; readonly outputTokens: number },
): number | undefined {
  if (price === undefined) return undefined;
  return (tokens.inputTokens * price.input + tokens.outputTokens * price.output) / 1e6;
}

/** The most that a record holds: a server may report any number. */
const added = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

/** The sum; its cost is known only if all costs are. Undefined for none. */
export function addedUsage(usages: readonly RemoteUsage[]): RemoteUsage | undefined {
  const [first, ...others] = usages;
  if (first === undefined) return undefined;
  return others.reduce((sum, usage): RemoteUsage => {
    const dollars =
      sum.dollars === undefined || usage.dollars === undefined
        ? undefined
        : added(sum.dollars, usage.dollars);
    return {
      requests: added(sum.requests, usage.requests),
      inputTokens: added(sum.inputTokens, usage.inputTokens),
      outputTokens: added(sum.outputTokens, usage.outputTokens),
      ...(sum.guessed === true || usage.guessed === true ? { guessed: true } : {}),
      ...(dollars === undefined ? {} : { dollars }),
    };
  }, first);
}

/** `$12.30`, `$0.0042`: two digits of what counts, since many requests cost less than a cent. */
export function dollarsText(dollars: number): string {
  if (dollars === 0) return '$0';
  if (dollars < 1e-8) return 'less than $0.00000001';
  const digits = dollars >= 1 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(dollars)));
  return `$${dollars.toFixed(digits)}`;
}

/** `at most $0.12 for servers (estimate)`, or what of it is known; empty if no model has a price. */
export function upperCostText({
  estimatedDollars,
  unknownCost = [],
}: {
  readonly estimatedDollars?: number | undefined;
  readonly unknownCost?: readonly string[] | undefined;
}): string {
  const others = unknownCost.length === 0 ? '' : `unknown for ${unknownCost.join(', ')}`;
  if (estimatedDollars === undefined) return others === '' ? '' : `cost of servers ${others}`;
  const most = `at most ${dollarsText(estimatedDollars)} for servers (estimate)`;
  return others === '' ? most : `${most}, ${others}`;
}

/** `12 requests, 1,204 tokens in, 311 out, $0.0042` */
export function usageText({ requests, inputTokens, outputTokens, ...more }: RemoteUsage): string {
  const about = more.guessed === true ? 'about ' : '';
  const count = (tokens: number): string => tokens.toLocaleString('en-US');
  return [
    `${count(requests)} ${requests === 1 ? 'request' : 'requests'}`,
    `${about}${count(inputTokens)} tokens in`,
    ...(outputTokens === 0 ? [] : [`${count(outputTokens)} out`]),
    ...(more.dollars === undefined ? [] : [`${about}${dollarsText(more.dollars)}`]),
  ].join(', ');
}
