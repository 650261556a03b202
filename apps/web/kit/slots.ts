import type { ArtifactRef, ModelKind, NodeType } from '@graft/graph';
import type { ShownProblem, StepView } from '@graft/view';
import { createElement, type ComponentType, type ReactNode } from 'react';
import type { FieldProps } from './form/field-props.ts';

/** A place in one feature for a part of another: features do not know each other, so the shell fills it. */
function slot<Props extends object>() {
  let filling: ComponentType<Props> | undefined;
  function Slot(props: Props) {
    if (filling === undefined) throw new Error('The shell fills no part into this slot.');
    return createElement(filling, props);
  }
  return Object.assign(Slot, {
    fill: (part: ComponentType<Props>): void => {
      filling = part;
    },
  });
}

interface OfNode {
  /** Id of a node that is shown. */
  readonly node: string;
  readonly definition: NodeType;
}

export interface ConversationProps {
  /** In the app view, where the graph cannot be edited: without the note on saving it. */
  readonly inApp?: boolean;
  /** What stands below it. It comes with it, so that it is not moved by it. */
  readonly children?: ReactNode;
}
/** Asks the open graph questions, and shows what it answers. */
export const Conversation = slot<ConversationProps>();
/** On the cards of nodes, what can be done about what they lack. */
export const CardRemedies = slot<object>();
/** What can be done about a path of a parameter that gives no file. */
export const FileRemedies = slot<{
  readonly node: string;
  readonly param: string;
  readonly missing: string;
}>();
/** The files of the workspace. */
export const FileList = slot<object>();
/** Leads to the answers of a node that takes labels, by its path. */
export const LabelAnswers = slot<{ readonly path: string }>();
/** Offers a language model that suits this computer, to somebody who has only the small one. */
export const ModelOffer = slot<object>();
/** What can be done about a model that is not here. */
export const ModelRemedies = slot<{
  readonly id: string;
  readonly kind: ModelKind | undefined;
  readonly choose: (id: string) => void;
  /** The node that names it, on the screen. */
  readonly node?: string | undefined;
}>();
/** The output of a port. */
export const OutputPreview = slot<{
  readonly step: StepView;
  readonly port: string | undefined;
  readonly artifact: ArtifactRef | undefined;
  /** Shows the node that made it, where that is another than the one that is looked at. */
  readonly showMaker?: (() => void) | undefined;
}>();
/** All outputs of a node, by its path. */
export const OutputTab = slot<{ readonly node: string }>();
/** The form of a node's parameters. */
export const ParameterForm = slot<OfNode>();
/** The parameters that a node had in an earlier run. */
export const PastParameters = slot<OfNode>();
/** Says that the screen shows an earlier run, and leads back. */
export const PastRunBanner = slot<object>();
/** The control of a parameter by its field alone. */
export const PlainControl = slot<FieldProps>();
/** Problems, each leading to where it is. */
export const ProblemList = slot<{
  readonly problems: readonly ShownProblem[];
  readonly label?: string;
  readonly tone?: string;
}>();
/** Says beside answers that the model of the open graph is for trying out, and leads to a larger one. */
export const SmallModel = slot<object>();
/** Whether the open file runs when files change. */
export const RunsOnChange = slot<object>();
