// Part of npm run check: code of a node changed, so its results may have; the cache key must tell, or somebody must know.
import path from 'node:path';
import {
  changedFiles,
  compareWithLedger,
  currentFingerprints,
  ledgerFile,
  readLedger,
} from './fingerprints.mjs';

const root = path.resolve(import.meta.dirname, '..');
const ledger = readLedger(root);
const { gone, raised, changed } = compareWithLedger(await currentFingerprints(root), ledger);
const say = (line) => process.stdout.write(`${line}\n`);
for (const one of changed) {
  const files = changedFiles(root, one, ledger.get(one.name)?.hash);
  const what = files.length === 0 ? 'its code' : files.slice(0, 8).join(', ');
  say(`${one.name}: ${what} changed, and its revision is still ${one.revision}.`);
  say(`  Results differ: raise it in ${one.raise}, then npm run bless.`);
  say(`  Results are the same: npm run bless -- ${one.name}, which runs its tests first.`);
}
for (const { name } of raised) say(`${name} is new or was raised: npm run bless records it.`);
for (const name of gone) say(`${name} is gone: npm run bless takes it out of ${ledgerFile}.`);
process.exitCode = changed.length + raised.length + gone.length === 0 ? 0 : 1;
