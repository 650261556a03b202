import { reducedClaims, testReducedClaims } from './reduced-claims.ts';

await testReducedClaims(await reducedClaims());
