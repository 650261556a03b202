import { testReducedClaims } from './reduced-claims.ts';

// The one that trains nothing, on three of its questions; reduced.soak.test.ts has all.
await testReducedClaims(['yesterday'], ['y01', 'y06', 'y36']);
