import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The share of its cases that a `*.sampled.*test.ts` tries: 0.1 in `npm test`, 1 in `npm run soak`. */
    share: number;
  }
}
