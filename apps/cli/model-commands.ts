import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';

const modelName =
  'model id as graft models ls prints it, or hf:owner/repo[@revision][/path | :quant]';

/** `graft models …`. */
export function addModels(program: Command, end: (code: ExitCode) => void): void {
  const models = program
    .command('models')
    .description('search, download, list, import and remove models');
  const command = async (): Promise<typeof import('./commands/models.ts')> =>
    import('./commands/models.ts');
  const hub = async (): Promise<typeof import('./commands/hub-models.ts')> =>
    import('./commands/hub-models.ts');
  models
    .command('search')
    .description('search the hub for models')
    .argument('<text...>', 'words of a name')
    .option('--format <format>', 'gguf, onnx or safetensors', 'gguf')
    .option('--limit <count>', 'how many to list', '20')
    .option('--json', 'print as JSON')
    .action(async (words, options) => end(await (await hub()).searchModels(words, options)));
  models
    .command('info')
    .description('show the size, licence and files of a model before you download it')
    .argument('<name>', modelName)
    .option('--json', 'print as JSON')
    .action(async (name, options) => end(await (await hub()).modelInfo(name, options)));
  models
    .command('ls')
    .description('list the catalogue, what is downloaded, and the models of other tools here')
    .option('--json', 'print as JSON')
    .action(async (options) => end(await (await command()).listModels(options)));
  models
    .command('recommended')
    .description('list models of the hub that are worth choosing, and which suit this computer')
    .option('--json', 'print as JSON')
    .action(async (options) => end(await (await hub()).recommendedModels(options)));
  models
    .command('default')
    .description('show or choose the language model that new nodes begin with')
    .argument('[name]', modelName)
    .option('--none', 'go back to the small built-in model')
    .action(async (name, options) => end(await (await command()).defaultModel(name, options)));
  models
    .command('pull')
    .description('download a model and verify it; continue a download that was interrupted')
    .argument('<name>', modelName)
    .option('--accept-licence', 'accept the licence, if the model asks for consent')
    .action(async (id, options) => end(await (await command()).pullModel(id, options)));
  models
    .command('import')
    .description('add a model from files on this machine, or one of the hub under another id')
    .argument(
      '<path>',
      'a .gguf file, a folder with safetensors or ONNX weights and tokenizer, or hf:owner/repo',
    )
    .option('--id <id>', 'id in the catalogue (default: the file’s name)')
    .option('--to <format>', 'gguf: convert safetensors, which llama.cpp cannot read, to GGUF')
    .option('--type <type>', 'precision of the GGUF file: f16 or q8_0 (default: f16)')
    .option('--accept-licence', 'accept the licence, if a model of the hub asks for consent')
    .action(async (path, options) => end(await (await command()).importModel(path, options)));
  models
    .command('du')
    .description('show what models take of the disk')
    .option('--json', 'print as JSON')
    .action(async (options) => end(await (await command()).modelsUsage(options)));
  models
    .command('rm')
    .description('delete the downloaded files of a model, and everything made from them')
    .argument('<id>', 'model id, as graft models ls prints it')
    .action(async (id) => end(await (await command()).removeModel(id)));
}
