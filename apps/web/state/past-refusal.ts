import { useDocument } from './document-store.ts';
import { useScreen } from './screen-store.ts';

/** Says why nothing is edited while the graph of a run of before is looked at. */
export function refusePast(): void {
  const { file } = useDocument.getState();
  useScreen.getState().notify({
    tone: 'info',
    message:
      'This is the graph of an earlier run, which cannot be edited. Go back to now, or restore it first.',
    ...(file === null ? {} : { about: file.path }),
  });
}
