import { provideActions, provideCommands, type Actions, type Command } from '@graft/view';
import { askActions, askCommands } from '../features/conversation/commands.ts';
import { appCommands, appViewActions } from '../features/app/commands.ts';
import { canvasActions } from '../features/canvas/actions.ts';
import { arrangeCommands } from '../features/canvas/arrange-commands.ts';
import { editCommands, selectCommands, zoomCommands } from '../features/canvas/commands.ts';
import { foldCommands } from '../features/canvas/fold-commands.ts';
import { subgraphCommands } from '../features/canvas/subgraph-commands.ts';
import { compareActions, compareCommands } from '../features/compare/commands.ts';
import { fileCommands } from '../features/files/commands.ts';
import { fullPageCommands, inspectorCommands } from '../features/inspector/commands.ts';
import { labelCommands } from '../features/labels/commands.ts';
import { noteCommands } from '../features/canvas/notes/commands.ts';
import { rowCommands } from '../features/rows/commands.ts';
import { runCommands, startCommands } from '../features/runs/commands.ts';
import { settingsCommands } from '../features/settings/commands.ts';
import { part } from '../kit/part.tsx';
import {
  CardRemedies,
  Conversation,
  FileList,
  FileRemedies,
  LabelAnswers,
  ModelOffer,
  ModelRemedies,
  OutputPreview,
  ProblemList,
  SmallModel,
} from '../kit/slots.ts';
import { FileList as Files } from '../features/files/file-list.tsx';
import { OutputPreview as ShownOutput } from '../features/inspector/shown-output.ts';
import { findCommands, viewCommands } from './view-commands.ts';

/** The commands of all features. If several share a key, the first enabled one takes it. */
const commands: readonly Command[] = [
  ...fullPageCommands,
  ...startCommands,
  ...askCommands,
  ...runCommands,
  ...fileCommands,
  ...appCommands,
  ...noteCommands,
  ...editCommands,
  ...inspectorCommands,
  ...rowCommands,
  ...labelCommands,
  ...selectCommands,
  ...arrangeCommands,
  ...foldCommands,
  ...subgraphCommands,
  ...findCommands,
  ...zoomCommands,
  ...viewCommands,
  ...settingsCommands,
  ...compareCommands,
];

/** What features do for each other: one feature owns each action. */
const actions: Actions = { ...appViewActions, ...askActions, ...canvasActions, ...compareActions };

/**
 * Parts that features draw in each other. Those of the notebook and the app load with them: see `notebook-screen.tsx`.
 */
function fillSlots(): void {
  CardRemedies.fill(
    part(() =>
      import('../features/models/card-remedies.tsx').then((loaded) => loaded.CardRemedies),
    ),
  );
  Conversation.fill(
    part(() =>
      import('../features/conversation/conversation.tsx').then((loaded) => loaded.Conversation),
    ),
  );
  FileList.fill(Files);
  FileRemedies.fill(
    part(() => import('../features/files/file-remedies.tsx').then((loaded) => loaded.FileRemedies)),
  );
  LabelAnswers.fill(
    part(() =>
      import('../features/labels/label-answers.tsx').then((loaded) => loaded.LabelAnswers),
    ),
  );
  ModelOffer.fill(
    part(
      () => import('../features/models/model-offer.tsx').then((loaded) => loaded.ModelOffer),
      () => null,
    ),
  );
  ModelRemedies.fill(
    part(() =>
      import('../features/models/model-remedies.tsx').then((loaded) => loaded.ModelRemedies),
    ),
  );
  SmallModel.fill(
    part(
      () =>
        import('../features/inspector/small-model-line.tsx').then(
          (loaded) => loaded.SmallModelLine,
        ),
      () => null,
    ),
  );
  OutputPreview.fill(ShownOutput);
  ProblemList.fill(
    part(() => import('../features/runs/problem-list.tsx').then((loaded) => loaded.ProblemList)),
  );
}

/** Connects the features: commands, actions and slots. */
export function provideFeatures(): void {
  provideCommands(commands);
  provideActions(actions);
  fillSlots();
}
