import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  aboveBars,
  familyNames,
  provedOf,
  type Comparison,
  type Differences,
  type FamilyName,
} from './families.ts';
import { FamilyCase } from './family-case.ts';

/** Compares one family, with a folder of its own for files. */
type Compare = (family: FamilyCase, folder: string) => Promise<Differences>;

/** Measures again what proved.json, and thus docs/families.md, claims of these comparisons. */
export function familyContract(compared: Readonly<Partial<Record<Comparison, Compare>>>): void {
  describe.each([...familyNames])('%s', (name: FamilyName) => {
    let folder: string;
    let family: FamilyCase;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'graft-family-'));
      family = await FamilyCase.open(name);
    });
    afterAll(() => rm(folder, { recursive: true }));

    const proved = new Map(Object.entries(provedOf(name)));
    it.each(Object.entries(compared))('%s', async (comparison, compare) => {
      const differences = await compare(family, folder);
      expect(aboveBars(name, differences)).toEqual([]);
      expect(Object.keys(differences)).toEqual(Object.keys(proved.get(comparison) ?? {}));
    });
  });
}
