import {
  bracketMatching,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
  type LanguageSupport,
} from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import type { CodeLanguage } from '@graft/graph';
import { tags } from '@lezer/highlight';

const style = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--working)' },
  { tag: [tags.comment], color: 'var(--ink-3)', fontStyle: 'italic' },
  {
    tag: [tags.definition(tags.variableName), tags.function(tags.variableName), tags.typeName],
    fontWeight: '600',
  },
  { tag: tags.invalid, color: 'var(--error)' },
]);

/** Fetched by language: nobody who writes the one waits for the other. */
async function supportOf(language: CodeLanguage): Promise<LanguageSupport> {
  switch (language) {
    case 'javascript':
      return (await import('@codemirror/lang-javascript')).javascript();
    case 'sql':
      return (await import('@codemirror/lang-sql')).sql({ upperCaseKeywords: false });
  }
}

/** What an editor of code has besides: colours, indentation, and the bracket that belongs to another. */
export async function codeExtensions(language: CodeLanguage): Promise<Extension> {
  return [
    await supportOf(language),
    syntaxHighlighting(style),
    bracketMatching(),
    indentUnit.of('  '),
  ];
}
