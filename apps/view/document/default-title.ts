import { interfaceName, type GraphNode, type NodeType } from '@graft/graph';

/** What a node is called that people gave no title: by its type, or what it uses; an input or output by its name too, where that says more. */
export function titleByLook(
  id: string,
  { type, params }: Pick<GraphNode, 'type' | 'params'>,
  look: Pick<NodeType, 'title' | 'titleFor' | 'structure'> | undefined,
): string {
  const title = look?.titleFor?.(params) ?? look?.title ?? type;
  const isPort = look?.structure === 'input' || look?.structure === 'output';
  const name = isPort ? interfaceName(id, params) : title;
  return name.toLowerCase() === title.toLowerCase() ? title : `${title} ${name}`;
}
