import { annotationFields, type Annotations, type Group, type Note } from '../format/annotation.ts';
import { changedKeys, type ValueChange } from './diff-values.ts';

/** A note or a group that is not the same; without `field` all of it was added or removed. This changes no result. */
export interface AnnotationChange extends ValueChange {
  readonly kind: 'note' | 'group';
  readonly id: string;
  readonly field?: string;
}

/** What differs between the notes and groups of two bodies. */
export function diffAnnotations(a: Annotations, b: Annotations): readonly AnnotationChange[] {
  return (['note', 'group'] as const).flatMap((kind) =>
    changedKeys<Note | Group>(a[`${kind}s`] ?? {}, b[`${kind}s`] ?? {}).flatMap(
      ({ key: id, before, after }): AnnotationChange[] =>
        before === undefined || after === undefined
          ? [{ kind, id, before: said(before), after: said(after) }]
          : changedKeys(annotationFields(before), annotationFields(after)).map(
              ({ key: field, ...values }) => ({ kind, id, field, ...values }),
            ),
    ),
  );
}

const said = (one: Note | Group | undefined): string | undefined =>
  one === undefined ? undefined : 'text' in one ? one.text : one.title;
