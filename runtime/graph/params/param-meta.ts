import type { z } from 'zod';
import type { ModelKind } from '../rows/model.ts';

/** A strict object with a default for every field, so that `{}` parses. */
export type ParamsSchema = z.ZodObject;

/** A model parameter: the form offers the catalogue's models of that kind. Put into `.meta()`. */
/** Languages that a parameter may be written in. */
export type CodeLanguage = 'javascript' | 'sql';

export interface ParamMeta {
  readonly title: string;
  readonly description?: string;
  readonly unit?: string;
  /** What may be typed, shown where nothing is: of pairs, a name. */
  readonly example?: string;
  /** `file`: one path below the workspace; `files`: several, and globs. */
  readonly control?: 'text' | 'multiline' | 'file' | 'files' | 'model' | 'questions' | 'secret';
  /** Of paths: the ends of the names that are taken, `/` for folders; absent: everything. */
  readonly takes?: readonly string[];
  readonly modelKind?: ModelKind;
  /** Of a prompt or a template: what may stand in it in braces, `{name}`, and is filled in; anything else stays as it is. */
  readonly places?: readonly string[];
  /** Of code: the language that it is in. */
  readonly language?: CodeLanguage;
  /** Of a list: the input port of which each edge has an entry, in the order of the edges. */
  readonly entryPerEdge?: string;
  /** Shown under “More”. */
  readonly advanced?: boolean;
  /** `false` for parameters that are only about speed: they are left out of the cache key. */
  readonly affectsResult?: boolean;
}
