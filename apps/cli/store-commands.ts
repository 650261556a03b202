import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';

/** Adds the commands that list, shrink and move what a workspace has stored: the cache, the state, the runs. */
export function addStores(program: Command, end: (code: ExitCode) => void): void {
  const cache = program.command('cache').description('list, shrink and verify the cache');
  const cacheCommand = async (): Promise<typeof import('./commands/cache.ts')> =>
    import('./commands/cache.ts');
  cache
    .command('ls')
    .description('list cached results, most recently used first')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (options) => end(await (await cacheCommand()).listCache(options)));
  cache
    .command('gc')
    .description('delete the least recently used results, but none that a running run needs')
    .requiredOption('--max-size <size>', 'size to shrink to, for example 500MB or 2GB')
    .option('--dry-run', 'only tell what would be deleted')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (options) => end(await (await cacheCommand()).collectCache(options)));
  cache
    .command('verify')
    .description(
      'hash every artifact again, and remove damaged ones; the next run makes them again',
    )
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (options) => end(await (await cacheCommand()).verifyCache(options)));

  const state = program
    .command('state')
    .description('move the state of a workspace: its runs, its cache and its artifacts');
  const stateCommand = async (): Promise<typeof import('./commands/state.ts')> =>
    import('./commands/state.ts');
  state
    .command('export')
    .description('write the state into a new folder, or into one file that ends in .zip')
    .argument('<path>', 'folder or .zip file')
    .option('--json', 'print the outcome as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (path, options) =>
      end(await (await stateCommand()).exportStateTo(path, options)),
    );
  state
    .command('import')
    .description(
      'bring exported state into a workspace without state, or into the one that it came from',
    )
    .argument('<path>', 'folder or .zip file')
    .option('--json', 'print the outcome as JSON')
    .option('--workspace <dir>', 'workspace folder (default: the one here, else this folder)')
    .action(async (path, options) =>
      end(await (await stateCommand()).importStateFrom(path, options)),
    );

  const runs = program
    .command('runs')
    .description('list, show, compare, cancel, pin and prune runs');
  const runsCommand = async (): Promise<typeof import('./commands/runs.ts')> =>
    import('./commands/runs.ts');
  runs
    .command('ls')
    .description('list runs, newest first')
    .option('--limit <number>', 'how many runs to list', '20')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (options) => end(await (await runsCommand()).listRuns(options)));
  runs
    .command('show')
    .description('show the steps of a run')
    .argument('<run>', 'run id, its beginning, or "latest"')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (run, options) => end(await (await runsCommand()).showRun(run, options)));
  runs
    .command('compare')
    .description('compare two runs step by step: what changed in the cache keys and in the outputs')
    .argument('<a>', 'earlier run')
    .argument('<b>', 'later run')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (a, b, options) => end(await (await runsCommand()).compareRuns(a, b, options)));
  const keepingCommand = async (): Promise<typeof import('./commands/keep-runs.ts')> =>
    import('./commands/keep-runs.ts');
  runs
    .command('cancel')
    .description('cancel a run, even one of another process, and wait until it ends')
    .argument('<run>', 'run id, its beginning, or "latest"')
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (run, options) => end(await (await keepingCommand()).cancelRun(run, options)));
  for (const word of ['pin', 'unpin'] as const) {
    runs
      .command(word)
      .description(word === 'pin' ? 'protect a run from pruning' : 'allow pruning of a pinned run')
      .argument('<run>', 'run id, its beginning, or "latest"')
      .option('--workspace <dir>', 'workspace folder')
      .action(async (run, options) =>
        end(await (await keepingCommand()).pinRun(word, run, options)),
      );
  }
  runs
    .command('note')
    .description(
      'write a note and tags for a run, in place of the present ones; without words, delete them',
    )
    .argument('<run>', 'run id, its beginning, or "latest"')
    .argument('[words...]', 'the note; a word that begins with # is a tag')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (run, words, options) =>
      end(await (await keepingCommand()).noteRun(run, words, options)),
    );
  runs
    .command('prune')
    .description(
      'delete old runs from the history, except running ones, pinned ones, those with a note or tags, and those with a node’s last result',
    )
    .option('--keep <number>', 'keep this many of the newest runs')
    .option(
      '--older-than <time>',
      'delete only runs that started longer ago, for example 30d, 12h or 90m',
    )
    .option('--json', 'print as JSON')
    .option('--workspace <dir>', 'workspace folder')
    .action(async (options) => end(await (await keepingCommand()).pruneRuns(options)));
}
