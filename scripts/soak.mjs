// npm run soak [-- --share 0.1 --seed TEXT]: the long tests, or a share of their files that the seed chooses.
import { parseArgs } from 'node:util';
import { chosenFiles, soakFiles } from './soak-files.mjs';
import { testProject } from './test-run.mjs';

const { values } = parseArgs({
  options: { share: { type: 'string', default: '1' }, seed: { type: 'string', default: '' } },
});
const share = Number(values.share);
if (!(share > 0 && share <= 1)) {
  process.stderr.write(`--share ${values.share}: give a share above 0 and up to 1.\n`);
  process.exit(2);
}

const files = chosenFiles(await soakFiles(), { share, seed: values.seed });
if (share < 1) {
  process.stdout.write(
    `The soak, ${files.length} files. Repeat them: npm run soak -- --share ${share} --seed ${values.seed}\n`,
  );
}
// Tests that need a server of others build it in the whole soak only.
process.env.GRAFT_SOAK_SHARE = String(share);
for (const file of files) process.stdout.write(`  ${file}\n`);
const specs = files.filter((file) => file.endsWith('.spec.ts'));
const tests = files.filter((file) => !file.endsWith('.spec.ts'));
await testProject({
  ...(tests.length === 0 ? {} : { vitest: { projects: ['soak'], files: tests } }),
  ...(specs.length === 0
    ? {}
    : {
        playwright: {
          projects: ['soak'],
          files: specs.map((file) => file.slice('e2e/'.length)),
        },
      }),
});
