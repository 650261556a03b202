/** Reads each fixture's adapter and writes it anew below the given folder, for check_peft.py. */
import path from 'node:path';
import { readPeftAdapter, writePeftAdapter } from '../adapters/peft.ts';
import { familyNames } from './families.ts';
import { cases, fixture } from './golden.ts';

const target = process.argv[2];
if (target === undefined) throw new Error('name a folder to write to');
for (const name of [...cases, ...familyNames.map((family) => `families/${family}`)]) {
  await writePeftAdapter(path.join(target, name), await readPeftAdapter(fixture(name, 'adapter')));
}
