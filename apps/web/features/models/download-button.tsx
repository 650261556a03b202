import { bytes } from '@graft/nodes/kit/ui';
import { report } from '../../api/graphs/graph-file.ts';
import { download, type OfferedModel } from './use-models.ts';

/** Begins a download; of a licence that asks for consent this is how it is given. */
export function DownloadButton(props: { readonly model: OfferedModel; readonly small?: boolean }) {
  const { model, small = false } = props;
  const { facts, licence } = model;
  return (
    <button
      type="button"
      className={`button ${small ? 'small' : ''}`}
      onClick={() => void download({ id: facts.id, consent: licence.consent }).catch(report)}
    >
      {licence.consent ? `Accept ${licence.id} and download` : 'Download'} ({bytes(facts.size)})
    </button>
  );
}
