import { useConflict, useScreen } from '../kit/stores.ts';
import { closeOverlays } from '@graft/view';
import { PartFailure } from '../kit/part.tsx';

/** Lets go of what was asked for. */
function close(): void {
  useScreen.getState().show({ commandMenu: false, openEnd: null, source: null });
  closeOverlays();
  useConflict.setState({ shown: false });
}

/** In the place of a dialog or a menu that could not be fetched, over the page. */
export function FailedDialog({ retry }: { readonly retry: () => void }) {
  return (
    <div className="fixed inset-x-0 top-[18%] z-30 mx-auto w-[560px] overflow-hidden rounded-[10px] border border-line-strong bg-panel shadow-(--shadow)">
      <PartFailure retry={retry}>
        <button type="button" className="button small" onClick={close}>
          Close
        </button>
      </PartFailure>
    </div>
  );
}
