import { exitCode } from '../../apps/cli/exit-code.ts';
import type { createProgram } from '../../apps/cli/program.ts';
import { headingAnchor } from './markdown-links.ts';

type Command = ReturnType<typeof createProgram>;
type Argument = Command['registeredArguments'][number];
type Option = Command['options'][number];

/** What each exit code tells a shell. */
const exitMeanings: Readonly<Record<keyof typeof exitCode, string>> = {
  succeeded: 'the command did what it was asked to',
  failed: 'a run failed, or the machine could not do it: no space, no memory, a file in use',
  badInput: 'the command line, the graph or a file is wrong; the message says what to change',
  cancelled: 'you or another process cancelled it',
};

/** `docs/commands.md`: every command with its arguments and options, read from the program itself. */
export function commandsReference(program: Command): string {
  const name = program.name();
  const commands = leaves(program, []);
  return [
    '# Commands',
    '<!-- Written by npm run docs. Do not edit. -->',
    `\`${name} COMMAND --help\` prints the same. In a clone, write \`npx ${name}\`, after \`npm start\` or \`npm run build\` has built it.`,
    '## All commands',
    commands
      .map(({ path, command }) => {
        const title = path.join(' ');
        return `- [\`${name} ${title}\`](#${headingAnchor(`${name} ${title}`)}): ${command.description()}`;
      })
      .join('\n'),
    '## Exit codes',
    Object.entries(exitMeanings)
      .map(([key, meaning]) => `- \`${exitCodeOf(key)}\`: ${meaning}.`)
      .join('\n'),
    'Results go to standard output; progress, problems and errors to standard error.',
    '## Examples and defaults',
    textBlock(after(program)),
    ...commands.flatMap(({ path, command }) => section([name, ...path], command)),
  ].join('\n\n');
}

function exitCodeOf(key: string): string {
  return String(Object.entries(exitCode).find(([name]) => name === key)?.[1]);
}

interface Leaf {
  /** Its words behind the program's name. */
  readonly path: readonly string[];
  readonly command: Command;
}

/** The commands that do something, those of a group in its place. */
function leaves(parent: Command, path: readonly string[]): readonly Leaf[] {
  return parent.commands.flatMap((command) => {
    const own = [...path, command.name()];
    return command.commands.length === 0 ? [{ path: own, command }] : leaves(command, own);
  });
}

function section(words: readonly string[], command: Command): readonly string[] {
  const help = command.createHelp();
  const args = help.visibleArguments(command).map((argument) => argumentLine(argument));
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .map((option) => optionLine(option, help.optionDescription(option)));
  const examples = after(command);
  return [
    `## ${words.join(' ')}`,
    sentence(command.description()),
    textBlock(`${words.join(' ')} ${command.usage()}`),
    [...args, ...options].join('\n'),
    ...(examples === '' ? [] : [textBlock(examples)]),
  ];
}

function argumentLine(argument: Argument): string {
  const fallback: unknown = argument.defaultValue;
  const shown = fallback === undefined ? '' : ` (default: \`${String(fallback)}\`)`;
  return `- \`${argument.name()}\`: ${argument.description}${shown}`;
}

function optionLine({ flags, mandatory }: Option, description: string): string {
  return `- \`${flags}\`: ${description.replace(/ \(default: \[\]\)$/, '')}${mandatory ? ' (required)' : ''}`;
}

/** What a command's help adds below its options. */
function after(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text.slice(command.helpInformation().length).trim();
}

function textBlock(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
