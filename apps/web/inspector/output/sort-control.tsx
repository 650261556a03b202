import { DownIcon, UpIcon } from '../../shell/icons.tsx';
import type { RowOrdering } from './row-order.ts';

/** Above a list: by what its rows are put in order, the greatest first or the least. */
export function SortControl({ columns, order, sortBy, loading }: RowOrdering) {
  if (columns.length === 0) return null;
  const descending = order?.descending ?? true;
  return (
    <span className="flex items-center gap-1 text-sm text-ink-2" aria-busy={loading}>
      <label className="flex items-center gap-1.5">
        Sort by
        <select
          className="field h-[22px] w-auto px-1 text-sm"
          value={order?.column ?? ''}
          onChange={({ target: { value } }) =>
            sortBy(value === '' ? undefined : { column: value, descending })
          }
        >
          <option value="">as they are</option>
          {columns.map(({ id, title }) => (
            <option key={id} value={id}>
              {title.toLowerCase()}
            </option>
          ))}
        </select>
      </label>
      {order === undefined ? null : (
        <button
          type="button"
          className="icon-button"
          aria-label={descending ? 'Greatest first' : 'Least first'}
          title={
            descending
              ? 'Greatest first. Press for the least'
              : 'Least first. Press for the greatest'
          }
          onClick={() => sortBy({ ...order, descending: !descending })}
        >
          {descending ? <DownIcon /> : <UpIcon />}
        </button>
      )}
    </span>
  );
}
