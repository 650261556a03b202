import { type WayGoal, wayGoals, type WayOptions } from '@graft/view';

interface WayChoiceProps {
  readonly goals: readonly WayGoal[];
  readonly way: WayOptions;
  readonly change: (way: WayOptions) => void;
}

/** What the comparison of ways is asked for: what decides, and how long it may take. */
export function WayChoice({ goals, way, change }: WayChoiceProps) {
  return (
    <div className="mt-3 flex flex-wrap gap-x-3 gap-y-1">
      <label className="block min-w-0 flex-1">
        <span className="mb-1 block font-[550]">What matters most</span>
        <select
          className="field"
          aria-describedby="way-counts"
          value={way.matters}
          onChange={({ target: { value } }) =>
            change({ ...way, matters: goals.find((goal) => goal === value) ?? way.matters })
          }
        >
          {goals.map((goal) => (
            <option key={goal} value={goal}>
              {wayGoals[goal].title}
            </option>
          ))}
        </select>
      </label>
      <label className="block w-[120px]">
        <span className="mb-1 block font-[550]">Minutes at most</span>
        <input
          className="field"
          type="number"
          required
          min={1}
          max={10_080}
          // NaN while the field is empty.
          value={Number.isNaN(way.minutes) ? '' : way.minutes}
          onChange={({ target: { valueAsNumber } }) => change({ ...way, minutes: valueAsNumber })}
        />
      </label>
      <p id="way-counts" className="w-full text-sm text-ink-2">
        {wayGoals[way.matters].counts}
      </p>
    </div>
  );
}
