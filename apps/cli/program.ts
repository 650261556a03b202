import { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';
import {
  experimentExamples,
  graftExamples,
  runExamples,
  workerHelp,
  workspaceOfFile,
} from './help-texts.ts';
import { addModels } from './model-commands.ts';
import manifest from './package.json' with { type: 'json' };
import { addStores } from './store-commands.ts';

/** Gathers a repeatable option. */
const gather = (value: string, previous: readonly string[]): string[] => [...previous, value];

/**
 * The commands. Each loads its code when it is called, so that none pays for the others' libraries.
 * `end` is given the exit code of the command that ran.
 */
export function createProgram(end: (code: ExitCode) => void): Command {
  const program = new Command('graft')
    .description('Language-model pipelines as graphs that run, cache and explain themselves.')
    .version(manifest.version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .addHelpText('after', graftExamples);

  program
    .command('serve')
    .description('serve the canvas of a workspace on this machine')
    .argument('[dir]', 'folder of graph files', '.')
    .option('--port <port>', 'port; 0 takes a free one (default: 3000, or the next free one)')
    .option('--host <address>', 'address to bind', '127.0.0.1')
    .option(
      '--allow-host <name>',
      'also accept requests for this host name (repeatable)',
      gather,
      [],
    )
    .option('--base-path <path>', 'serve below this path, for example /graft')
    .option('--no-token', 'disable the token: anyone who reaches the port has full access')
    .option(
      '--max-package <size>',
      'largest package that the page may upload, for example 5GB (default: 20GB)',
    )
    .action(async (dir, options) =>
      end(await (await import('./commands/serve.ts')).serve(dir, options)),
    );

  program
    .command('worker')
    .description('compute steps of runs on this machine, taken from a Postgres database')
    .argument(
      '[dir]',
      'folder for scratch files and copies; without GRAFT_ARTIFACTS, the workspace',
      '.',
    )
    .option(
      '--queues <names>',
      'what it takes, of cpu, gpu, web and training (default: all that this machine can)',
    )
    .option('--slots <count>', 'steps at once', '2')
    .option(
      '--memory <size>',
      'memory for models on each device, for example 12GB (default: what is free)',
    )
    .addHelpText('after', workerHelp)
    .action(async (dir, options) =>
      end(await (await import('./commands/worker.ts')).worker(dir, options)),
    );

  program
    .command('run')
    .description('run a graph, and reuse cached results')
    .argument('<file>', 'graph file')
    .option('--set <node.param=value>', 'set a parameter for this run (repeatable)', gather, [])
    .option('--input <name=text>', 'give an input: text, @file, or - (repeatable)', gather, [])
    .option(
      '--output <name>',
      'run only what this output needs, and print its rows (repeatable)',
      gather,
      [],
    )
    .option('--only <node>', 'run only this node and the nodes it needs')
    .option('--json', 'print run events, one JSON object a line')
    .option('--out <dir>', 'write each output into this folder')
    .option(
      '--device <id>',
      'device to run on: cpu, cuda:0, webgpu, vulkan:0, metal; tensorflow trains in plain JavaScript',
    )
    .option(
      '--locked',
      'refuse files and graphs that differ from the lock (models are always checked)',
    )
    .option('--pull', 'first download the models that the graph names as hf:… and that are missing')
    .option('--workspace <dir>', workspaceOfFile)
    .addHelpText('after', runExamples)
    .action(async (file, options) =>
      end(await (await import('./commands/run.ts')).run(file, options)),
    );

  program
    .command('experiment')
    .description('run an experiment and compare its variants; without a name, list the experiments')
    .argument('<file>', 'graph file')
    .argument('[name]', 'name of the experiment in the file')
    .option('--json', 'print events, one JSON object a line; the last one holds the table')
    .option('--out <path>', 'write the table: .csv, .md or .json')
    .option(
      '--locked',
      'refuse files and graphs that differ from the lock (models are always checked)',
    )
    .option(
      '--device <id>',
      'device to run on: cpu, cuda:0, webgpu, vulkan:0, metal; tensorflow trains in plain JavaScript',
    )
    .option('--workspace <dir>', workspaceOfFile)
    .addHelpText('after', experimentExamples)
    .action(async (file, name, options) =>
      end(await (await import('./commands/experiment.ts')).experiment({ file, name }, options)),
    );

  program
    .command('plan')
    .description('show what a run would reuse, what it would compute, and why')
    .argument('<file>', 'graph file')
    .option('--set <node.param=value>', 'set a parameter (repeatable)', gather, [])
    .option('--input <name=text>', 'give an input: text, @file, or - (repeatable)', gather, [])
    .option('--output <name>', 'plan only what this output needs (repeatable)', gather, [])
    .option('--only <node>', 'plan only this node and the nodes it needs')
    .option('--device <id>', 'device to plan for')
    .option('--locked', 'report files and graphs that differ from the lock as problems')
    .option('--json', 'print the plan as JSON')
    .option('--workspace <dir>', workspaceOfFile)
    .action(async (file, options) =>
      end(await (await import('./commands/plan.ts')).plan(file, options)),
    );

  program
    .command('why')
    .description('show why a step of a run ran or was reused')
    .argument('<run>', 'run id, its beginning, or "latest"')
    .argument('<node>', 'node id')
    .option('--json', 'print the step as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (run, node, options) =>
      end(await (await import('./commands/why.ts')).why(run, node, options)),
    );

  program
    .command('validate')
    .description('check graph files and print every problem')
    .argument('<files...>', 'graph files')
    .option('--workspace <dir>', workspaceOfFile)
    .action(async (files, options) =>
      end(await (await import('./commands/validate.ts')).validate(files, options)),
    );

  program
    .command('lock')
    .description('write the present digests of models, files and subgraphs into a graph')
    .argument('<file>', 'graph file')
    .option('--take <graph>', 'lock only this subgraph file, as it is now (repeatable)', gather, [])
    .option(
      '--keep <graph>',
      'copy the locked version of this graph file into the graph (repeatable)',
      gather,
      [],
    )
    .option('--workspace <dir>', workspaceOfFile)
    .action(async (file, options) =>
      end(await (await import('./commands/lock.ts')).lock(file, options)),
    );
  program
    .command('diff')
    .description('compare two graph files by nodes and parameters')
    .argument('<a>', 'graph file before')
    .argument('<b>', 'graph file after')
    .option('--json', 'print the differences as JSON')
    .action(async (a, b, options) =>
      end(await (await import('./commands/diff.ts')).diff(a, b, options)),
    );

  program
    .command('merge')
    .description('merge two versions of a graph file; works as a git merge driver')
    .argument('<base>', 'common ancestor')
    .argument('<ours>', 'our version; the result is written here')
    .argument('<theirs>', 'their version')
    .addHelpText(
      'after',
      '\nTo let git use it:\n  git config merge.graft.driver "npx graft merge %O %A %B"\n  echo "*.graft.json merge=graft" >> .gitattributes\n',
    )
    .action(async (base, ours, theirs) =>
      end(await (await import('./commands/merge.ts')).merge(ours, { base, theirs })),
    );

  program
    .command('nodes')
    .description('list the node types, or show one')
    .argument('[type]', 'node type')
    .option('--json', 'print as JSON')
    .action(async (type, options) =>
      end(await (await import('./commands/nodes.ts')).nodes(type, options)),
    );

  addModels(program, end);
  addStores(program, end);
  addPackages(program, end);

  program
    .command('export')
    .description('write a run as one report file')
    .argument('<run>', 'run id, its beginning, or "latest"')
    .requiredOption('--format <format>', 'html, md (with pictures) or bundle (with every output)')
    .option('--out <path>', 'where to write the report')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (run, options) =>
      end(await (await import('./commands/export.ts')).exportRun(run, options)),
    );

  program
    .command('doctor')
    .description(
      'show which devices and backends this machine has, what is missing, and how to get it',
    )
    .option('--json', 'print as JSON')
    .action(async (options) => end(await (await import('./commands/doctor.ts')).doctor(options)));

  return program;
}

function addPackages(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('freeze')
    .description('write a node’s last output to a file, and read that file in its place')
    .argument('<file>', 'graph file')
    .argument('<output>', 'NODE, or NODE.PORT if it has several outputs')
    .option('--workspace <dir>', workspaceOfFile)
    .action(async (file, output, options) =>
      end(await (await import('./commands/freeze.ts')).freeze(file, output, options)),
    );
  program
    .command('edit')
    .description('edit frozen rows in $VISUAL or $EDITOR; Graft checks them before it saves')
    .argument('<file>', 'graph file')
    .argument('<output>', 'NODE, or NODE.PORT; Graft freezes it first if needed')
    .option('--workspace <dir>', workspaceOfFile)
    .action(async (file, output, options) =>
      end(await (await import('./commands/edit.ts')).edit(file, output, options)),
    );
  program
    .command('pack')
    .description('pack a graph and what belongs to it into one file, to open elsewhere')
    .argument('<file>', 'graph file')
    .option('--data', 'include the files that its nodes read')
    .option('--artifacts', 'include the results of its latest run and its experiments')
    .option('--models', 'include its models')
    .option('--out <file>', 'the package file (default: the graph’s name with .graft.zip)')
    .option('--list', 'show the size of each part, and write nothing')
    .option('--workspace <dir>', workspaceOfFile)
    .action(async (file, options) =>
      end(await (await import('./commands/pack.ts')).pack(file, options)),
    );
  program
    .command('unpack')
    .description('unpack the files, results and models of a package into a workspace')
    .argument('<package>', 'a .graft.zip file')
    .option(
      '--trust',
      'trust its results in every graph (default: only in its own graph, and in none if that graph existed before)',
    )
    .option('--json', 'print the outcome as JSON')
    .option('--workspace <dir>', 'workspace folder (default: the one here, else this folder)')
    .action(async (file, options) =>
      end(await (await import('./commands/unpack.ts')).unpack(file, options)),
    );
  const packages = program
    .command('packages')
    .description('list the packages unpacked here; trust or forget one');
  const command = async (): Promise<typeof import('./commands/packages.ts')> =>
    import('./commands/packages.ts');
  packages
    .command('ls')
    .description('list the unpacked packages, newest first')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (options) => end(await (await command()).listPackages(options)));
  packages
    .command('show')
    .description('list the results of a package')
    .argument('<package>', 'id or name')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (id, options) => end(await (await command()).showPackage(id, options)));
  packages
    .command('trust')
    .description('use the results of a package in every graph of the workspace')
    .argument('<package>', 'id or name')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (id, options) => end(await (await command()).trustPackage(id, options)));
  packages
    .command('rm')
    .description('forget the results of a package; its files and run stay')
    .argument('<package>', 'id or name')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (id, options) => end(await (await command()).removePackage(id, options)));
}
