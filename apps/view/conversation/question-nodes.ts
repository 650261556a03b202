import { Answers, paramFields, type GraphNode, type NodeType } from '@graft/graph';
import type { ShownOutput } from './conversation-store.ts';

/** A node that takes typed questions. */
export interface QuestionNode {
  readonly id: string;
  readonly title: string;
  /** Its parameter of typed questions. */
  readonly typed: string;
  /** Its parameters of files, which typed questions replace. */
  readonly files: readonly string[];
}

/** What a graph without named inputs and outputs is asked by: its nodes that take typed questions, and the answers it gives. */
export function questionNodes(
  nodes: Readonly<Record<string, GraphNode>>,
  shapeOf: (node: GraphNode) => NodeType | undefined,
): { readonly questions: readonly QuestionNode[]; readonly outputs: readonly ShownOutput[] } {
  const questions: QuestionNode[] = [];
  const outputs: ShownOutput[] = [];
  for (const [id, node] of Object.entries(nodes)) {
    const shape = shapeOf(node);
    if (shape === undefined) continue;
    const title = node.title ?? shape.title;
    const fields = paramFields(shape);
    const typed = fields.find(({ control }) => control === 'questions')?.name;
    const files = fields.filter(({ control }) => control === 'files').map(({ name }) => name);
    if (typed !== undefined) questions.push({ id, title, typed, files });
    for (const [port, { type, doc }] of Object.entries(shape.outputs)) {
      if (type.id === Answers.id) outputs.push({ name: title, doc, node: id, port });
    }
  }
  return { questions, outputs };
}
