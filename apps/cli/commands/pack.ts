import path from 'node:path';
import { plural, printable } from '@graft/graph';
import { packageSuffix, type PackageContents } from '@graft/workspace';
import { z } from 'zod';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { open } from '../opened-workspace.ts';
import { print } from '../output.ts';
import { formatBytes } from '../quantity.ts';
import { locateGraph } from '../workspace-location.ts';

const optionsSchema = z.object({
  data: z.boolean().optional(),
  artifacts: z.boolean().optional(),
  models: z.boolean().optional(),
  out: z.string().optional(),
  list: z.boolean().optional(),
  workspace: z.string().optional(),
});
type Options = z.infer<typeof optionsSchema>;

/** `graft pack FILE`: says how large each part is, then writes the chosen ones into one file. */
export async function pack(file: string, rawOptions: unknown): Promise<ExitCode> {
  const options = optionsSchema.parse(rawOptions);
  const located = await locateGraph(file, options.workspace);
  await using workspace = await open(located.root);
  for (const line of partLines(await workspace.packages.contents(located.path), options))
    print(line);
  if (options.list === true) return exitCode.succeeded;
  const name = path.basename(located.path).replace(/\.graft\.json$/, packageSuffix);
  const target = path.resolve(options.out ?? name);
  const { data = false, artifacts = false, models = false } = options;
  const report = await workspace.packages.pack(located.path, { data, artifacts, models }, target);
  if (report.missing.length > 0) {
    process.stderr.write(
      `note: the package lacks the results of ${printable(report.missing.join(', '))}, because they were removed from the cache. Run again, then pack again.\n`,
    );
  }
  print(`${path.relative(process.cwd(), target) || target}: ${formatBytes(report.size)}`);
  return exitCode.succeeded;
}

function partLines(contents: PackageContents, options: Options): string[] {
  const { graphs, data, artifacts, models } = contents;
  const line = (part: 'data' | 'artifacts' | 'models', what: string, size: number): string => {
    const how =
      options.list === true
        ? `--${part}`
        : options[part] === true
          ? 'packed'
          : `left out (--${part})`;
    return `  ${what.padEnd(40)} ${formatBytes(size).padStart(10)}  ${how}`;
  };
  return [
    `  ${plural(graphs.count, 'graph file').padEnd(40)} ${formatBytes(graphs.size).padStart(10)}  always`,
    line('data', plural(data.count, 'data file'), data.size),
    artifacts === undefined
      ? '  no results: no run or experiment of this graph has succeeded yet'
      : line(
          'artifacts',
          `${plural(artifacts.count, 'artifact')} of ${origin(artifacts)}`,
          artifacts.size,
        ),
    ...models.map(({ id, size }) => line('models', `model ${id}`, size)),
  ];
}

/** `run 9f3a and experiment sizes`. */
function origin({ runId, experiments }: NonNullable<PackageContents['artifacts']>): string {
  const names = experiments.map((name) => `experiment ${printable(name)}`);
  return [...(runId === undefined ? [] : [`run ${runId}`]), ...names].join(' and ');
}
