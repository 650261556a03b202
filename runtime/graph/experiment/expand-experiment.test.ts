import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphError, formatProblem } from '../base/errors.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { experimentDefinitions, testDefinitions, testModels } from '../testing.ts';
import { createRegistry } from '../types/registry.ts';
import { anyExperiments } from '../fixtures/any-experiments.ts';
import { expandExperiment } from './expand-experiment.ts';
import { countVariants } from './variant-count.ts';
import { variantSettings } from './variant-settings.ts';

const registry = createRegistry([...testDefinitions, ...experimentDefinitions]);
const context = { registry, models: testModels, file: 'a.graft.json' };

const graphOf = (experiment: object, nodes: object = {}) =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        n: { type: 'number', version: 1, params: { value: 3 } },
        d: { type: 'double', version: 2 },
        noise: { type: 'noise', version: 1 },
        grade: { type: 'grade', version: 1 },
        slow: { type: 'slow', version: 1 },
        ...nodes,
      },
      edges: [
        'n.value -> d.value',
        'd.value -> noise.value',
        'noise.value -> grade.value',
        'n.value -> slow.value',
      ],
      experiments: { e: { metrics: ['grade.metrics:score'], ...experiment } },
    }),
  );
const expand = (experiment: object, nodes: object = {}) =>
  expandExperiment(graphOf(experiment, nodes), 'e', context);
const names = (experiment: object) => expand(experiment).variants.map(({ name }) => name);

function problems(experiment: object, nodes: object = {}): string[] {
  try {
    expand(experiment, nodes);
  } catch (error) {
    return GraphError.from(error).problems.map(formatProblem);
  }
  return [];
}

it('takes metrics that a loop gives, and says how those within graphs are named', () => {
  const graded = {
    nodes: {
      in: { type: 'input', version: 1, params: { name: 'open' } },
      d: { type: 'double', version: 2 },
      grade: { type: 'grade', version: 1 },
      out: { type: 'output', version: 1, params: { name: 'open' } },
      scores: { type: 'output', version: 1 },
    },
    edges: [
      'in.value -> d.value',
      'd.value -> grade.value',
      'd.value -> out.value',
      'grade.metrics -> scores.value',
    ],
  };
  const said = (type: string, metric: string, race = false): string[] => {
    const document = {
      graft: 1,
      nodes: {
        n: { type: 'number', version: 1, params: { value: 3 } },
        r: { type, version: 1, params: { use: '#body' } },
      },
      edges: ['n.value -> r.open'],
      graphs: { body: graded },
      experiments: { e: { vary: { 'n.value': [3, 4] }, metrics: [metric], race } },
    };
    try {
      return [...expandExperiment(parseGraph(JSON.stringify(document)), 'e', context).only];
    } catch (error) {
      return GraphError.from(error).problems.map(formatProblem);
    }
  };
  const at = 'a.graft.json, experiments.e.metrics.0: ';
  expect(said('repeat', 'r.scores:score')).toEqual(['r']);
  expect(said('repeat', 'r.open:score')).toEqual([
    `${at}The output "open" gives questions, not metrics. Use "scores".`,
  ]);
  for (const race of [false, true]) {
    expect(said('repeat', 'r/grade.metrics:score', race)).toEqual([
      `${at}“Repeat/Grade” runs in each round of “Repeat”. Name an output of that loop that gives the metrics, or a node after it.`,
    ]);
  }
  expect(said('graph', 'r/grade.metrics:score')).toEqual(['r/grade']);
  expect(said('graph', 'r.scores:score')).toEqual([
    `${at}“Subgraph” is a subgraph. Name the node in it that gives the metrics: "r/NODE.PORT:score".`,
  ]);
});

it('varies a loop: its limit, what its graph exposes, and seeds under which each round has its own', () => {
  const { nodes, edges, ...rest } = {
    nodes: {
      n: { type: 'number', version: 1, params: { value: 3 } },
      r: { type: 'repeat', version: 1, params: { use: '#body' } },
      grade: { type: 'grade', version: 1 },
    },
    edges: ['n.value -> r.open', 'r.open -> grade.value'],
    graphs: {
      body: {
        nodes: {
          in: { type: 'input', version: 1, params: { name: 'open' } },
          noise: { type: 'noise', version: 1 },
          out: { type: 'output', version: 1, params: { name: 'open' } },
        },
        edges: ['in.value -> noise.value', 'noise.value -> out.value'],
        expose: { round: 'noise.seed', spread: 'noise.spread' },
      },
    },
    experiments: {
      e: {
        vary: { 'r.limit': [1, 2], 'r.set.spread': [1, 5] },
        metrics: ['grade.metrics:score'],
        seeds: [1, 2],
      },
    },
  };
  const graph = parseGraph(JSON.stringify({ graft: 1, nodes, edges, ...rest }));
  const { variants } = expandExperiment(graph, 'e', context);
  expect(variants.map(({ name, problems }) => [name, problems])).toEqual(
    expect.arrayContaining([
      ['limit=1, set.spread=5', []],
      ['limit=2, set.spread=5', []],
    ]),
  );
  expect(variants).toHaveLength(5);
});

describe('the variants of an experiment', () => {
  it('are every combination of the values, the baseline first, named by what differs', () => {
    const vary = { 'd.factor': [3, 4], 'n.value': [1, 2], 'noise.spread': [0.5] };
    const { variants, baseline, seeds, only } = expand({ vary });
    expect(variants.map(({ name }) => name)).toEqual([
      'as saved',
      'factor=3, value=1',
      'factor=3, value=2',
      'factor=4, value=1',
      'factor=4, value=2',
    ]);
    expect(baseline).toBe('as saved');
    expect(seeds).toEqual([undefined]);
    expect(only).toEqual(['grade']);
    // What the file does not say holds by default.
    expect(variants[0]?.settings).toEqual({ 'd.factor': 2, 'n.value': 3, 'noise.spread': 1 });
    expect(variants[2]?.settings).toEqual({ 'd.factor': 3, 'n.value': 2, 'noise.spread': 0.5 });
    expect(variants[2]?.graph.nodes['n']?.params).toEqual({ value: 2 });
    expect(variants.every((variant) => variant.problems.length === 0)).toBe(true);
  });

  it('go through the lists together where they are a list', () => {
    const vary = { 'd.factor': [3, 4], 'n.value': [1, 1] };
    expect(names({ vary, mode: 'list' })).toEqual([
      'as saved',
      'factor=3, value=1',
      'factor=4, value=1',
    ]);
  });

  it('take the one that is the file as it was saved for the baseline, and run it once', () => {
    const same = expand({ vary: { 'd.factor': [1, 2] } });
    expect(same.variants.map(({ name }) => name)).toEqual(['factor=1', 'factor=2']);
    expect(same.baseline).toBe('factor=2');
    const chosen = expand({ vary: { 'd.factor': [3, 4] }, baseline: 'factor=4' });
    expect([chosen.baseline, chosen.variants.length]).toEqual(['factor=4', 2]);
    expect(expand({ vary: { 'd.factor': [3] }, baseline: 'as saved' }).baseline).toBe('as saved');
  });

  it('set, replace and are named by their arms', () => {
    const replace = { d: { type: 'double', version: 1, params: { times: 5 } } };
    const { variants } = expand({
      arms: { 'Five times': { replace }, 'a two': { set: { 'n.value': 2 } } },
    });
    expect(variants.map(({ name }) => name)).toEqual(['as saved', 'Five times', 'a two']);
    expect(variants[1]?.graph.nodes['d']?.params).toEqual({ factor: 5 });
    expect(variants[2]?.settings).toEqual({ d: 'double', 'n.value': 2 });
  });

  it('switch off the nodes that an arm bypasses', () => {
    const arms = {
      plain: { bypass: ['noise'] },
      none: { bypass: ['gone'] },
      no: { bypass: ['n'] },
    };
    const { variants } = expand({ arms });
    expect(variants.map(({ name, problems: [first] }) => [name, first?.location.field])).toEqual([
      ['as saved', undefined],
      ['no', 'experiments.e.arms.no'],
      ['none', 'experiments.e.arms.none.bypass'],
      ['plain', undefined],
    ]);
    expect(variants[3]?.settings).toEqual({ noise: 'off', n: 'number' });
    expect(variants[0]?.settings).toEqual({ noise: 'noise', n: 'number' });
  });

  it('keep names apart that say the node where parameters have one name, and long values', () => {
    const named = (vary: Record<string, readonly unknown[]>): string[] =>
      variantSettings({ vary }).map(({ name }) => name);
    expect(named({ 'n.value': [1], 'm.value': [1, 2], 'l.value': [3, 4] })[0]).toBe(
      'l.value=3, m.value=1',
    );
    const [one, two] = named({ 'n.text': ['x', 'y'].map((end) => 'a long line '.repeat(9) + end) });
    expect(one).toMatch(/^text="(a long line ){3}a…$/);
    expect(two).toBe(`${String(one)} (2)`);
  });

  it('may race, by six looks unless the file says otherwise, where their items can be cut', () => {
    const vary = { 'd.factor': [3] };
    expect(expand({ vary }).race).toBeUndefined();
    expect(problems({ vary, race: true })).toEqual([
      expect.stringMatching(
        /experiments\.e\.race.* This experiment cannot race\. .*"sample-rows" is not installed/,
      ),
    ]);
    const metrics = ['lower.metrics:score'];
    expect(expand({ vary, lower: [], metrics: ['grade.metrics:score'] }).lower).toEqual([]);
    expect(problems({ vary, lower: metrics })).toEqual([
      expect.stringMatching(
        /experiments\.e\.lower\.0.*"lower\.metrics:score" is not among the metrics/,
      ),
    ]);
    const known = ['grade.metrics:recall@3'];
    expect(problems({ vary, metrics: known, lower: known })).toEqual([
      expect.stringContaining('More is better for "recall@3". Remove it from "lower".'),
    ]);
  });

  it('are repeated with each seed', () => {
    expect(expand({ vary: { 'd.factor': [3] }, seeds: [7, 8] }).seeds).toEqual([7, 8]);
  });

  it('that are no valid graph are given with their reason', () => {
    const { variants } = expand({ vary: { 'd.factor': [3, 99] } });
    expect(variants.map(({ name, problems: all }) => [name, all.map(formatProblem)])).toEqual([
      ['as saved', []],
      ['factor=3', []],
      [
        'factor=99',
        [
          expect.stringMatching(
            /^a\.graft\.json, node "d", param "factor", experiments\.e\.vary\.d\.factor: .*at most 10/,
          ),
        ],
      ],
    ]);
    const arms = {
      bad: { set: { 'zz.value': 1 } },
      odd: { replace: { n: { type: 'add', version: 1 } } },
      good: { set: { 'd.factor': 5 } },
    };
    const armed = expand({ arms }).variants;
    expect(armed.map(({ name, problems: [first] }) => [name, first?.location.field])).toEqual([
      ['as saved', undefined],
      ['bad', 'experiments.e.arms.bad.set.zz.value'],
      ['good', undefined],
      ['odd', 'experiments.e.arms.odd'],
    ]);
  });
});

it('of any experiment gives as many variants as it counted, or says what is wrong', () => {
  const id = fc.constantFrom('n', 'd', 'noise', 'grade', 'gone');
  const json = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.string({ maxLength: 3 }));
  const node = fc.constant({ type: 'double', version: 2, params: {} });
  fc.assert(
    fc.property(anyExperiments({ id, node, json }), (experiments) => {
      const graph = { ...graphOf({}), experiments };
      for (const [name, experiment] of Object.entries(experiments)) {
        const metrics = ['grade.metrics:score'];
        const one = { ...graph, experiments: { [name]: { ...experiment, metrics } } };
        try {
          const { variants, baseline } = expandExperiment(one, name, context);
          const added = variants[0]?.name === 'as saved' ? 1 : 0;
          expect(variants.length).toBe(countVariants(experiment).variants + added);
          expect(new Set(variants.map((variant) => variant.name)).size).toBe(variants.length);
          expect(variants.some((variant) => variant.name === baseline)).toBe(true);
        } catch (error) {
          if (!(error instanceof GraphError)) throw error;
          expect(error.location.field).toMatch(/^experiments\./);
        }
      }
    }),
    { numRuns: 200 },
  );
});

it('makes no combinations where one list is empty, however many the others would make', () => {
  const many = Array.from({ length: 100_000 }, (_, at) => at);
  const vary = { 'a.x': many, 'b.x': many, 'c.x': many, 'd.x': [] };
  expect(countVariants({ vary }).variants).toBe(0);
  expect(variantSettings({ vary })).toEqual([]);
});

describe('an experiment that cannot be', () => {
  it.each([
    [{}, 'experiments.e: The experiment has nothing to compare'],
    [{ vary: { 'd.factor': [1] }, arms: { x: {} } }, 'experiments.e.arms: The experiment has both'],
    [{ arms: { 'as saved': {} } }, 'experiments.e.arms.as saved: "as saved" names the saved graph'],
    [{ vary: { 'd.factor': [] } }, 'experiments.e.vary.d.factor: The list of values is empty'],
    [{ vary: { 'd.factor': [3, 3] } }, 'experiments.e.vary.d.factor: The value 3 is listed twice'],
    [
      { vary: { 'd.factor': [3, 4], 'n.value': [1] }, mode: 'list' },
      'experiments.e.vary: The mode "list"',
    ],
    [{ vary: { 'dd.factor': [3] } }, 'experiments.e.vary.dd.factor: There is no node "dd"'],
    [{ vary: { factor: [3] } }, 'experiments.e.vary.factor: "factor" is not a setting'],
    [{ vary: { 'd.factr': [3, 4] } }, 'experiments.e.vary.d.factr: '],
    [{ vary: { 'slow.ms': [3] } }, 'experiments.e.vary.slow.ms: No metric depends on “Slow”'],
    [
      { vary: { 'd.factor': [3] }, metrics: [] },
      'experiments.e.metrics: The experiment names no metric',
    ],
    [
      { vary: { 'd.factor': [3] }, metrics: ['grade'] },
      'experiments.e.metrics.0: "grade" is not a metric',
    ],
    [
      { vary: { 'd.factor': [3] }, metrics: ['grde.metrics:score'] },
      'experiments.e.metrics.0: There is no node "grde" in the graph. Did you mean "grade"?',
    ],
    [
      { vary: { 'd.factor': [3] }, metrics: ['grade.metrics:x', 'grade.metrics:x'] },
      'experiments.e.metrics: The metric "grade.metrics:x" is listed twice. Remove one of them.',
    ],
    [{ vary: { 'd.factor': [3] }, metrics: ['grade.x:y'] }, 'Use "metrics"'],
    [{ vary: { 'd.factor': [3] }, metrics: ['d.value:y'] }, 'gives questions, not metrics'],
    [{ vary: { 'd.factor': [3] }, baseline: 'x' }, 'experiments.e.baseline: There is no variant'],
    [
      { vary: { 'd.factor': [3] }, prefer: ['factor=3'] },
      'experiments.e.prefer.0: There is no arm "factor=3" to recommend.',
    ],
    [
      { arms: { three: { set: { 'd.factor': 3 } } }, prefer: ['three', 'three'] },
      'experiments.e.prefer.1: "three" is listed twice. Remove one of them.',
    ],
    [
      { arms: { three: { set: { 'd.factor': 3 } } }, prefer: [] },
      'experiments.e.prefer: The experiment prefers no arm besides the baseline.',
    ],
    [{ vary: { 'd.factor': [3] }, seeds: [1, 1] }, 'experiments.e.seeds: A seed is listed twice'],
    [
      { vary: { 'noise.seed': [3] }, seeds: [1] },
      'experiments.e.vary.noise.seed: The experiment’s "seeds" would replace',
    ],
    [{ vary: { 'd.factor': [98, 99] }, baseline: 'factor=99' }, 'The baseline "factor=99" cannot'],
  ])('%j is said, with its place', (experiment, message) => {
    expect(problems(experiment).join('\n')).toContain(message);
  });

  it('is counted before it is expanded', () => {
    const values = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
    const vary = { 'd.factor': values(100), 'n.value': values(100) };
    const at = 'a.graft.json, experiments.e: ';
    expect(problems({ vary })).toEqual([
      `${at}The experiment has 10,000 variants. The limit is 200. Try fewer values. No limit can exceed 2,000.`,
    ]);
    const many = { vary: { 'n.value': values(150) }, seeds: [1, 2] };
    expect(problems(many)).toEqual([
      `${at}The experiment has 150 variants, each with 2 seeds: 300 runs. The limit is 200. Try fewer values, or allow them with "limit": { "variants": 300 }.`,
    ]);
    expect(problems({ ...many, limit: { variants: 300 } })).toEqual([]);
    const huge = { vary: Object.fromEntries(values(60).map((n) => [`d.p${n}`, values(100)])) };
    expect(problems(huge)[0]).toContain('The limit is 200');
  });

  it('is said all at once, and needs a sound file', () => {
    expect(problems({ metrics: ['x'], seeds: [1, 1] }).length).toBe(3);
    expect(problems({ vary: { 'd.factor': [3] } }, { d: { type: 'gone', version: 1 } })).toEqual([
      expect.stringContaining('There is no node type "gone"'),
    ]);
    expect(() => expandExperiment(graphOf({}), 'f', context)).toThrow(
      'There is no experiment "f". Did you mean "e"?',
    );
  });
});
