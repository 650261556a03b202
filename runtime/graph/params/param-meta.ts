import type { z } from 'zod';
import type { ModelKind } from '../rows/model.ts';

/** A strict object with a default for every field, so that `{}` parses. */
export type ParamsSchema = z.ZodObject;

/** Languages of code parameters. */
export type CodeLanguage = 'javascript' | 'sql';

export interface ParamMeta {
  readonly title: string;
  readonly description?: string;
  readonly unit?: string;
  /** Example for an empty field; for pairs, a name. */
  readonly example?: string;
  /** `file`: one path below the workspace; `files`: several, and globs. */
  readonly control?: 'text' | 'multiline' | 'file' | 'files' | 'model' | 'questions' | 'secret';
  /** For paths: allowed name endings, `/` for folders; absent: all. */
  readonly takes?: readonly string[];
  readonly modelKind?: ModelKind;
  /** For a prompt or template: the names that it may use in braces, `{name}`; other braces stay. */
  readonly places?: readonly string[];
  /** For code: its language. */
  readonly language?: CodeLanguage;
  /** For a list: the input port whose edges its entries follow, in order. */
  readonly entryPerEdge?: string;
  /** Shown under “More”. */
  readonly advanced?: boolean;
  /** `false` for parameters that only affect speed: the cache key omits them. */
  readonly affectsResult?: boolean;
}
