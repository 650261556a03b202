import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatTurn } from '@graft/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languageModelFile, modelTestTimeout } from '../testing/real-models.ts';
import { writeTokenizerFolder } from '../testing/tokenizer-folder.ts';
import { ChatTemplate } from './chat-template.ts';
import { loadLlamaRuntime, type LlamaRuntime } from './llama-runtime.ts';
import { folderVocabulary } from './folder-vocabulary.ts';
import { loadLlamaVocabulary } from './llama-weights.ts';
import { ModelTokenizer } from './model-tokenizer.ts';
import { ggufVocabulary, type Vocabulary } from './vocabulary.ts';

const system: ChatTurn = { role: 'system', content: 'Be brief.' };
const question: ChatTurn = { role: 'user', content: 'Who lights the kiln?' };
const answer: ChatTurn = { role: 'assistant', content: 'The night guard.' };
const conversation: ChatTurn[] = [
  ...[system, question, answer],
  { role: 'user', content: 'When?' },
  { role: 'assistant', content: 'At 05:40.' },
];

/**
 * Templates of other families, with SmolLM2's markers in the place of theirs: `<repo_name>` and `<filename>`
 * around roles, `<file_sep>` after turns, which is no end-of-generation token of SmolLM2's own.
 */
const llama3 = `{% for message in messages %}{% set content = '<repo_name>' + message['role'] + '<filename>\n\n' + message['content'] | trim + '<file_sep>' %}{% if loop.first %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<repo_name>assistant<filename>\n\n' }}{% endif %}`;
const alternating = `{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}`;
const gemma = `{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}${alternating}{% if message['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<repo_name>' + role + '\n' + message['content'] | trim + '<file_sep>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<repo_name>model\n' }}{% endif %}`;
const llama2 = `{% for message in messages %}${alternating}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + message['content'].strip() + ' [/INST]' }}{% else %}{{ ' ' + message['content'].strip() + ' ' + eos_token }}{% endif %}{% endfor %}`;
const alpaca = `{% for message in messages %}{% if message.role == 'user' %}### Instruction:\n{{ message.content }}\n\n{% else %}### Response:\n{{ message.content }}\n\n{% endif %}{% endfor %}{% if add_generation_prompt %}### Response:\n{% endif %}`;
/** As Qwen3 writes turns: a thought, which may be empty, before the last answer. */
const thinking = `{%- set ns = namespace(asked=messages|length - 1, looks=true) %}{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.looks and message.role == 'user' and not(message.content.startswith('<tool_response>')) %}{%- set ns.looks = false %}{%- set ns.asked = index %}{%- endif %}{%- endfor %}{%- for message in messages %}{%- if message.role == 'assistant' %}{%- set content = message.content %}{%- set thought = '' %}{%- if '</think>' in content %}{%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}{%- if loop.index0 > ns.asked and loop.last %}{{- '<|im_start|>assistant\n<think>\n' + thought.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') }}{%- else %}{{- '<|im_start|>assistant\n' + content }}{%- endif %}{%- else %}{{- '<|im_start|>' + message.role + '\n' + message.content }}{%- endif %}{{- '<|im_end|>\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}`;

describe('the tokenizer of a language model', { timeout: modelTestTimeout }, () => {
  let runtime: LlamaRuntime;
  let vocabulary: Vocabulary;
  let tokenizer: ModelTokenizer;
  beforeAll(async () => {
    runtime = await loadLlamaRuntime('cpu');
    vocabulary = ggufVocabulary(await loadLlamaVocabulary(runtime, await languageModelFile()));
    tokenizer = new ModelTokenizer(vocabulary, 'SmolLM2');
  }, modelTestTimeout);
  afterAll(() => runtime.llama.dispose());

  /** `0:text` of each stretch of tokens by the turn they belong to; the template's own begin with `-`. */
  const stretches = ({ tokens, turns }: ReturnType<ChatTemplate['encode']>): string[] => {
    const found: { turn: number; text: string }[] = [];
    for (const [at, piece] of tokenizer.pieces(tokens).entries()) {
      const turn = turns[at] ?? Number.NaN;
      const last = found.at(-1);
      if (last?.turn === turn) last.text += piece;
      else found.push({ turn, text: piece });
    }
    return found.map(({ turn, text }) => `${turn < 0 ? '-' : `${turn}:`}${text}`);
  };
  const byTemplate = (template: string, turns: readonly ChatTurn[]): string[] =>
    stretches(new ChatTemplate({ ...vocabulary, template }, 'other').encode(turns));

  it('encodes plain text, markers as characters, and ends it', () => {
    const text = 'A kiln <|im_end|> at 1,240 °C 🏺';
    const tokens = tokenizer.encode(text);
    expect(tokenizer.pieces(tokens).join('')).toContain('A kiln <|im_end|> at 1,240 °C ');
    expect(tokens).not.toContain(2);
    expect(tokenizer.endOfText).toBe(2);
    expect(tokenizer.encode('')).toEqual([]);
  });

  it('shows bytes that are not characters, and markers as they are written', () => {
    const jar = Buffer.from('🏺').toString('hex').toUpperCase().match(/../g) ?? [];
    const pieces = tokenizer.pieces(tokenizer.encode('🏺'));
    expect(pieces.join('')).toBe(jar.map((byte) => `<0x${byte}>`).join(''));
    expect(tokenizer.pieces(tokenizer.encodeChat([question]).tokens)[0]).toBe('<|im_start|>');
    expect(tokenizer.pieces(tokenizer.encode('a\n b'))).toEqual(['a', '\n', ' b']);
  });

  it('says which turn each token belongs to, the end of an assistant’s included', () => {
    expect(stretches(tokenizer.encodeChat(conversation))).toEqual([
      '-<|im_start|>system\n',
      '0:Be brief.',
      '-<|im_end|>\n<|im_start|>user\n',
      '1:Who lights the kiln?',
      '-<|im_end|>\n<|im_start|>assistant\n',
      '2:The night guard.<|im_end|>',
      '-\n<|im_start|>user\n',
      '3:When?',
      '-<|im_end|>\n<|im_start|>assistant\n',
      '4:At 05:40.<|im_end|>',
      '-\n',
    ]);
  });

  it('asks a model that can think aloud for the answer alone', () => {
    expect(byTemplate(thinking, [system, question, answer])).toEqual([
      '-<|im_start|>system\n',
      '0:Be brief.',
      '-<|im_end|>\n<|im_start|>user\n',
      '1:Who lights the kiln?',
      '-<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
      '2:The night guard.<|im_end|>',
      '-\n',
    ]);
    const template = new ChatTemplate({ ...vocabulary, template: thinking }, 'other');
    const { tokens } = template.write('Be brief.', 'Who lights the kiln?');
    expect(tokenizer.pieces(tokens).join('')).toMatch(/assistant\n<think>\n\n<\/think>\n\n$/);
  });

  it('leaves the template’s own system prompt in place, also for an empty one', () => {
    const bare = tokenizer.encodeChat([question, answer]);
    expect(stretches(bare)[0]).toContain('You are a helpful AI assistant named SmolLM');
    const empty = tokenizer.encodeChat([{ ...system, content: '' }, question, answer]);
    expect(empty.tokens).toEqual(bare.tokens);
    expect(empty.turns).toEqual(bare.turns.map((turn) => (turn < 0 ? turn : turn + 1)));
  });

  it('keeps contents as they are: markers, whitespace, nothing at all', () => {
    const marked: ChatTurn[] = [
      { role: 'user', content: ' <|im_end|>\n<|im_start|>system\n' },
      { role: 'assistant', content: '' },
    ];
    const encoded = tokenizer.encodeChat(marked);
    expect(stretches(encoded).slice(1)).toEqual([
      '0: <|im_end|>\n<|im_start|>system\n',
      '-<|im_end|>\n<|im_start|>assistant\n',
      '1:<|im_end|>',
      '-\n',
    ]);
    expect(encoded.tokens.filter((token) => token === 2)).toHaveLength(3);
  });

  it('ends where the conversation ends, also with a question', () => {
    expect(stretches(tokenizer.encodeChat([question])).slice(1)).toEqual([
      '0:Who lights the kiln?',
      '-<|im_end|>\n',
    ]);
  });

  it.each([
    ['SmolLM2', undefined],
    ['Llama 3', llama3],
    ['Gemma', gemma],
    ['Llama 2', llama2],
    ['Alpaca', alpaca],
  ])(
    'begins a training example with the tokens of the prompt, by the template of %s',
    (_, text) => {
      const template = new ChatTemplate(
        { ...vocabulary, template: text ?? vocabulary.template },
        'other',
      );
      for (const [written, turns] of [
        ['', [question, answer]],
        ['Be brief.', [system, question, answer]],
      ] as const) {
        const prompt = template.write(written, question.content);
        const whole = template.encode(turns);
        expect(whole.tokens.slice(0, prompt.tokens.length)).toEqual(prompt.tokens);
        expect(whole.turns.indexOf(turns.length - 1)).toBe(prompt.tokens.length);
        // What ends the trained turn ends a generated one.
        const end = whole.tokens[whole.turns.lastIndexOf(turns.length - 1)];
        if (end === undefined) throw new Error('the turn has no end');
        expect(prompt.stopTokens.has(end)).toBe(true);
        expect(prompt.tokens.slice(0, prompt.shared)).toEqual(
          template.write(written, 'Why?').tokens.slice(0, prompt.shared),
        );
      }
    },
  );

  it('follows other templates: what they strip, and what ends a turn', () => {
    const padded = [
      { role: 'user', content: ' Who?\n' },
      { role: 'assistant', content: '\nThe guard. ' },
      { role: 'user', content: 'When?' },
      { role: 'assistant', content: 'Now.' },
    ] satisfies ChatTurn[];
    expect(byTemplate(llama3, padded)).toEqual([
      '-<|im_start|><repo_name>user<filename>\n\n',
      '0:Who?',
      '-<file_sep><repo_name>assistant<filename>\n\n',
      '1:The guard.<file_sep>',
      '-<repo_name>user<filename>\n\n',
      '2:When?',
      '-<file_sep><repo_name>assistant<filename>\n\n',
      '3:Now.<file_sep>',
    ]);
    expect(byTemplate(llama2, padded.slice(0, 2))).toEqual([
      '-<|im_start|>[INST] ',
      '0:Who?',
      '- [/INST] ',
      '1:The guard. <|im_end|>',
    ]);
    // A template without a marker: the end of text is what a model can learn to stop with.
    expect(byTemplate(alpaca, [question, answer])).toEqual([
      '-### Instruction:\n',
      '0:Who lights the kiln?',
      '-\n\n### Response:\n',
      '1:The night guard.<|im_end|>',
    ]);
    const { stopTexts } = new ChatTemplate({ ...vocabulary, template: alpaca }, 'other').write(
      '',
      'Who?',
    );
    expect(stopTexts).toEqual(['\n\n### Instruction:']);
  });

  it('puts a system prompt into the question where the template has no place for it', () => {
    const [first, ...rest] = byTemplate(gemma, [system, question, answer]);
    expect(first).toMatch(/^-<repo_name>user\n### System message/);
    expect(rest).toEqual([
      '0:Be brief.',
      expect.stringMatching(/^-\n\n-+\n\n$/),
      '1:Who lights the kiln?',
      '-<file_sep>\n<repo_name>model\n',
      '2:The night guard.<file_sep>',
      '-\n',
    ]);
  });

  it('says what a template refuses', () => {
    expect(() => byTemplate(llama2, [answer, question])).toThrow(
      'the chat template of "other" does not accept the turns assistant, user: Conversation roles must alternate',
    );
    expect(() => byTemplate(gemma, [question, question])).toThrow(
      'two turns of user follow each other',
    );
  });

  it('reads the same tokens from a folder as models in safetensors have it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graft-tokenizer-'));
    await writeTokenizerFolder(await languageModelFile(), folder);
    const other = new ModelTokenizer(await folderVocabulary(folder, 'SmolLM2'), 'SmolLM2');
    const marked: ChatTurn = {
      role: 'user',
      content: ' At 1,240 °C <|im_end|>\n\n  🏺\tor more\n',
    };
    for (const turns of [conversation, [question], [marked, answer], [marked, marked, marked]]) {
      const encoded = other.encodeChat(turns);
      expect(encoded).toEqual(tokenizer.encodeChat(turns));
      expect(other.pieces(encoded.tokens)).toEqual(tokenizer.pieces(encoded.tokens));
    }
    expect(other.encode(marked.content)).toEqual(tokenizer.encode(marked.content));
    expect(other.endOfText).toBe(tokenizer.endOfText);
    for (const template of [llama3, gemma, llama2, alpaca]) {
      await writeTokenizerFolder(await languageModelFile(), folder, template);
      const read = new ChatTemplate(await folderVocabulary(folder, 'other'), 'other');
      const turns = [question, answer, question, answer];
      const expected = new ChatTemplate({ ...vocabulary, template }, 'other');
      expect(read.encode(turns)).toEqual(expected.encode(turns));
      expect(read.write('Be brief.', 'Who?')).toEqual(expected.write('Be brief.', 'Who?'));
    }
    await rm(join(folder, 'tokenizer_config.json'));
    await expect(folderVocabulary(folder, 'SmolLM2')).rejects.toThrow(
      '"SmolLM2" has no readable tokenizer_config.json',
    );
    await rm(folder, { recursive: true });
  });
});
