import { useDroppedFiles } from '../files/dropped-files.ts';
import { CardRemedies } from '../models/card-remedies.tsx';

/** What belongs to the canvas and nobody needs for its first sight. */
export function CanvasExtras(props: { readonly selected?: string }) {
  useDroppedFiles();
  return <CardRemedies {...props} />;
}
