import { testReducedClaims } from './reduced-claims.ts';

// The one that trains nothing; reduced.soak.test.ts has all.
await testReducedClaims(['yesterday']);
