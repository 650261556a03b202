import { useDocument } from './document-store.ts';
import { useScreen } from './screen-store.ts';

/** Why nothing is edited while the graph of a run of before is looked at. */
export const whyNotPast =
  'This is the graph of an earlier run, which cannot be edited. Go back to now, or restore it first.';

/** Says so. */
export function refusePast(): void {
  const { file } = useDocument.getState();
  useScreen.getState().notify({
    tone: 'info',
    message: whyNotPast,
    ...(file === null ? {} : { about: file.path }),
  });
}
