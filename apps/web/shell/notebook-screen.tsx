import { OutputTab as Output } from '../features/inspector/output-tab.tsx';
import { ParameterForm as Form } from '../features/inspector/parameter-form.tsx';
import { PastParameters as Past } from '../features/inspector/past-parameters.tsx';
import { OutputTab, ParameterForm, PastParameters } from '../kit/slots.ts';

OutputTab.fill(Output);
ParameterForm.fill(Form);
PastParameters.fill(Past);

export { NotebookView } from '../features/notebook/notebook-view.tsx';
