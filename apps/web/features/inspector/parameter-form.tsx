import {
  canExpose,
  paramFields,
  pathWithoutRounds,
  readRowsOf,
  setParam,
  settingText,
  usesGraph,
  type NodeType,
  type ParamField,
} from '@graft/graph';
import {
  type ShownProblem,
  missingPath,
  bodyAt,
  stepOf,
  wayOf,
  isIncomplete,
  problemPlace,
  commandOf,
  givenParams,
} from '@graft/view';
import { useDocument, useRunView, usePath } from '../../kit/stores.ts';
import { useOutdated } from '../../api/runs/use-outdated.ts';
import { OpenSettings } from '../../kit/open-settings.tsx';
import { useProblemsAt, useWarningsAt } from '../../api/graphs/use-problems.ts';
import { countingFields } from './counting-fields.ts';
import { useKeptOpen } from '../../kit/kept-open.ts';
import type { FieldProps } from '../../kit/form/field-props.ts';
import { ExposureButton, hasInterface } from './fields/exposure-button.tsx';
import { EdgeEntriesControl } from './fields/edge-entries-control.tsx';
import { GraphControl } from './fields/graph-control.tsx';
import { withoutEmptyRows } from './fields/list-control.tsx';
import { isChoices, PlainControl } from './fields/plain-control.tsx';
import { PortNameControl } from './fields/port-name-control.tsx';
import { PresetChoice } from './fields/preset-choice.tsx';
import { faultLine } from '../../kit/code/fault-line.ts';
import { useTakeBack } from './fields/take-back.ts';
import { WarningBox } from './warning-notice.tsx';
import { TrySeveral } from './fields/try-several.tsx';
import { SeveralChip, useVaried } from './fields/varied.tsx';
import { FileRemedies } from '../../kit/slots.ts';
import { count } from '@graft/nodes/kit/ui';

function Control({
  node,
  isPortName,
  isUse,
  ...props
}: FieldProps & {
  readonly node: string;
  readonly isPortName: boolean;
  readonly isUse: boolean;
}) {
  const { control, entryPerEdge: port } = props.field;
  if (control === 'text' && isUse) return <GraphControl {...props} />;
  if (control === 'text' && isPortName) return <PortNameControl {...props} node={node} />;
  if (control === 'json' && port !== undefined && !isChoices(props.field)) {
    return <EdgeEntriesControl {...props} node={node} port={port} />;
  }
  return <PlainControl {...props} node={node} />;
}

/** Whether a field is a list of which each row is a text. */
const isTextList = ({ control, entries, entryPerEdge }: ParamField): boolean =>
  control === 'files' || (control === 'json' && entries === 'text' && entryPerEdge === undefined);

function isDefault(field: ParamField, value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(field.default);
}

/** What is wrong in a list or a record; undefined where a problem is of the whole. */
function wrongEntries(problems: readonly ShownProblem[]): ReadonlySet<string> | undefined {
  const entries = problems.flatMap(({ location: { entry } }) => entry ?? []);
  return entries.length < problems.length ? undefined : new Set(entries);
}

interface RowProps {
  readonly node: string;
  readonly field: ParamField;
  /** Of the node's type: a port's name is known to whoever uses the graph, and `use` names another graph. */
  readonly structure: NodeType['structure'];
  /** Whether it can be given to whoever uses the graph. */
  readonly exposable: boolean;
  readonly given: unknown;
  readonly problems: readonly ShownProblem[];
  /** What the last run had against it. */
  readonly failure: string | undefined;
}

function FieldRow({ node, field, structure, exposable, given, problems, failure }: RowProps) {
  const id = `param-${node}-${field.name}`;
  const value = given === undefined ? field.default : given;
  const isPortName = field.name === 'name' && (structure === 'input' || structure === 'output');
  const isUse = field.name === 'use' && structure !== undefined && usesGraph({ structure });
  const varied = useVaried(node, field);
  const graph = useDocument((state) => state.graph);
  const broken = problems.filter((problem) => !isIncomplete(problem, graph));
  const edit = (next: unknown): void =>
    useDocument
      .getState()
      .edit((graph) => setParam(graph, { node, param: field.name }, next), `${node}.${field.name}`);
  const { turn, events } = useTakeBack({
    node,
    value: () => useDocument.getState().shown.nodes[node]?.params[field.name],
    write: edit,
    ...(isTextList(field) ? { settled: withoutEmptyRows } : {}),
  });
  const actions = (
    <span className="ml-auto flex items-baseline gap-3 pl-3">
      {varied === undefined ? null : (
        <>
          <SeveralChip node={node} field={field} varied={varied} />
          <TrySeveral field={field} id={id} value={value} varied={varied} />
        </>
      )}
      {exposable ? <ExposureButton node={node} field={field} /> : null}
      {isPortName || isDefault(field, value) || varied?.values !== undefined ? null : (
        <button
          type="button"
          className="text-sm text-ink-2 hover:text-ink hover:underline"
          aria-describedby={`${id}-help`}
          title={`Default: ${field.auto === undefined ? settingText(field.default) : 'auto'}`}
          onClick={() => edit(field.default)}
        >
          Reset
        </button>
      )}
    </span>
  );
  const control = (
    <Control
      key={`${node} ${String(turn)}`}
      node={node}
      isPortName={isPortName}
      isUse={isUse}
      field={field}
      id={id}
      value={value}
      invalid={broken.length > 0}
      wrong={wrongEntries(broken)}
      {...(field.language === undefined
        ? {}
        : { faultLine: faultLine([...broken.map(({ message }) => message), failure ?? '']) })}
      describedBy={`${id}-help`}
      change={edit}
      varied={varied}
    />
  );
  return (
    <div className="group mb-3.5" {...events}>
      {field.control === 'boolean' && varied?.values === undefined ? (
        // Its title stands beside the box.
        <div className="flex items-center justify-between">
          {control}
          {actions}
        </div>
      ) : (
        <>
          <div className="mb-1 flex items-baseline justify-between">
            {isChoices(field) ? (
              <span className="font-[550]">{field.title}</span>
            ) : (
              <label htmlFor={id} className="font-[550]">
                {field.title}
              </label>
            )}
            {actions}
          </div>
          {control}
        </>
      )}
      <div id={`${id}-help`} className="mt-1 text-sm">
        {problems.map((problem) => (
          <p
            key={problem.message}
            className={broken.includes(problem) ? 'text-error' : 'font-[550]'}
            role={problem.coming !== undefined ? 'status' : 'alert'}
          >
            {problem.message}
          </p>
        ))}
        {problems.map((problem) => {
          const missing = isUse ? undefined : missingPath(problem, value);
          return missing === undefined ? null : (
            <FileRemedies key={missing} node={node} param={field.name} missing={missing} />
          );
        })}
        {failure === undefined ? null : <p className="mb-1 text-error">The last run: {failure}</p>}
        <GivenNote node={node} param={field.name} />
        {field.description === undefined ? null : <p className="text-ink-2">{field.description}</p>}
      </div>
    </div>
  );
}

/** Whether a problem is of a node that is shown, and not of one in the graph that it uses. */
function isAt(node: string, { location: { node: at, graph, path } }: ShownProblem): boolean {
  const { trail } = useDocument.getState();
  if (path !== undefined) return pathWithoutRounds(path) === wayOf(trail) + node;
  return at === node && graph === bodyAt(trail);
}

/** Of a node that reads frozen rows: opens the editor on them. */
function EditRows({ node }: { readonly node: string }) {
  const rows = useDocument((state) => readRowsOf(state.shown.nodes[node])?.file);
  return rows === undefined ? null : (
    <button type="button" className="button mb-3.5" onClick={commandOf('edit-rows').run}>
      Edit the rows …
    </button>
  );
}

/** The form of a node's parameters, drawn from its definition. */
export function ParameterForm({
  node,
  definition,
}: {
  readonly node: string;
  readonly definition: NodeType;
}) {
  const params = useDocument((state) => state.shown.nodes[node]?.params);
  const all = useProblemsAt(node);
  const problems = all.filter((problem) => isAt(node, problem));
  const warnings = useWarningsAt(node);
  const graph = useDocument((state) => state.graph);
  const trail = useDocument((state) => state.trail);
  const isFunction = useDocument(({ shown, trail }) => trail.length > 0 || hasInterface(shown));
  const path = usePath(node);
  const error = useRunView((state) => stepOf(state, path)?.error);
  const failure = useOutdated(error, path) ? undefined : error;
  const fields = paramFields(definition);
  const rowOf = (field: ParamField) => (
    <FieldRow
      key={field.name}
      node={node}
      field={field}
      structure={definition.structure}
      exposable={isFunction && canExpose(definition, field.name)}
      given={params?.[field.name]}
      problems={problems.filter(({ location }) => location.param === field.name)}
      failure={failure?.location.param === field.name ? failure.message : undefined}
    />
  );
  const counting = new Set(countingFields({ definition, fields, node, graph, trail }));
  const isFaulty = ({ name }: ParamField): boolean =>
    failure?.location.param === name || problems.some(({ location }) => location.param === name);
  const shown = fields.filter((field) => counting.has(field) || isFaulty(field));
  const known = new Set(fields.map(({ name }) => name));
  const others = all.filter(
    (problem) =>
      !problems.includes(problem) ||
      problem.location.param === undefined ||
      !known.has(problem.location.param),
  );
  const advanced = shown.filter((field) => field.advanced);
  const file = useDocument((state) => state.file?.path ?? '');
  const more = useKeptOpen(`${file} ${path}`, advanced.some(isFaulty));
  return (
    <div className="min-h-0 flex-1 overflow-auto px-4 py-3.5">
      {others.map((problem) => (
        <p
          key={problem.message}
          className={`mb-3 rounded-[7px] px-[11px] py-2 ${isIncomplete(problem, graph) ? 'border border-line' : 'bg-error-soft text-error'}`}
          role="alert"
        >
          {problems.includes(problem) ? '' : `${problemPlace(problem, graph) ?? ''}: `}
          {problem.message} <OpenSettings message={problem.message} />
        </p>
      ))}
      {warnings.length === 0 ? null : (
        <WarningBox
          texts={warnings.map((warning) =>
            isAt(node, warning)
              ? warning.message
              : `${problemPlace(warning, graph) ?? ''}: ${warning.message}`,
          )}
        />
      )}
      {fields.length === 0 ? <p className="text-ink-2">This node has no parameters.</p> : null}
      {definition.presets === undefined ? null : (
        <PresetChoice
          {...{ node, presets: definition.presets, params: params ?? {} }}
          defaults={new Map(fields.map((field) => [field.name, field.default]))}
        />
      )}
      {shown.filter((field) => !field.advanced).map(rowOf)}
      <EditRows node={node} />
      {advanced.length === 0 ? null : (
        <details {...more}>
          <summary className="mb-3 cursor-default text-ink-2 hover:text-ink">More</summary>
          {advanced.map(rowOf)}
        </details>
      )}
    </div>
  );
}

/** Says what a parameter is given in this use of the graph, whatever is written in the graph itself. */
function GivenNote({ node, param }: { readonly node: string; readonly param: string }) {
  const graph = useDocument((state) => state.graph);
  const trail = useDocument((state) => state.trail);
  const given = Object.entries(givenParams(graph, trail, node)).find(([name]) => name === param);
  if (given === undefined) return null;
  const [, value] = given;
  const last = trail.at(-1);
  const shown = typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
  return (
    <p className="font-[550]" data-testid={`given-${param}`}>
      {last?.round === undefined
        ? `“${last?.node ?? ''}” set this to ${shown}.`
        : `Round ${count(last.round)} of “${last.node}” set this to ${shown}.`}
    </p>
  );
}
