// npm run bless [-- NAME… | --all]: records fingerprints of what was raised, and of NAMEs whose results are as they were.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import {
  compareWithLedger,
  currentFingerprints,
  readLedger,
  writeLedger,
} from './fingerprints.mjs';

const root = path.resolve(import.meta.dirname, '..');
const ledger = readLedger(root);
const current = await currentFingerprints(root);
const { gone, raised, changed } = compareWithLedger(current, ledger);
const args = process.argv.slice(2);
const named = args.includes('--all') ? changed : changed.filter(({ name }) => args.includes(name));
const unknown = args.filter(
  (name) => name !== '--all' && !current.some((one) => one.name === name),
);
const say = (line) => process.stdout.write(`${line}\n`);

if (unknown.length > 0) {
  say(
    `There is no ${unknown.join(', ')}. Known are ${current.map(({ name }) => name).join(', ')}.`,
  );
  process.exitCode = 1;
} else if (named.length > 0 && !testsPass(named)) {
  say('Nothing was recorded: their tests fail, so their results are not what they were.');
  process.exitCode = 1;
} else {
  for (const name of gone) ledger.delete(name);
  for (const { name, revision, hash } of [...raised, ...named])
    ledger.set(name, { revision, hash });
  writeLedger(root, ledger);
  const left = changed.filter((one) => !named.includes(one)).map(({ name }) => name);
  say(`${raised.length + named.length} recorded.`);
  if (left.length > 0) say(`Changed and not blessed: ${left.join(', ')}.`);
}

/** The tests of nodes and engines: golden outputs that must be what they were. */
function testsPass(fingerprints) {
  const folders = fingerprints.flatMap(({ name, files }) =>
    name.startsWith('engine/')
      ? [...new Set(files.map((file) => path.dirname(file)))]
      : [`nodes/${name}/`],
  );
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project=unit', '--project=isolated', ...folders],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  return status === 0;
}
