/** The list of policies with its filters. */
import { useDeferredValue, useMemo, useState } from "react";
import { Button } from "../../components/button";
import { Field } from "../../components/field";
import type { PolicyState } from "./next-deadline";
import { PolicyRowItem, ROLE_WORDS } from "./policy-row-item";
import { filterRows, type MyRole, type PolicyRow, type RowFilter } from "./rows";
import { WindowedList } from "./windowed-list";

const ALL: RowFilter = { role: null, state: null, text: "" };
const ROLES = Object.keys(ROLE_WORDS) as MyRole[];

interface PolicyBrowserProps {
  rows: readonly PolicyRow[];
  decimals: ReadonlyMap<string, number>;
  symbols: Readonly<Record<string, string>>;
  /** Unix seconds by the chain's clock. */
  now: number;
}

/** Renders filters and list. Typing stays fast, because the list follows when the browser has time. */
export function PolicyBrowser({ rows, decimals, symbols, now }: PolicyBrowserProps) {
  const [filter, setFilter] = useState(ALL);
  const deferred = useDeferredValue(filter);
  const shown = useMemo(() => filterRows(rows, deferred), [rows, deferred]);
  const states = useMemo(() => [...new Set(rows.map(({ state }) => state))].sort(), [rows]);
  const list = useMemo(
    () => (
      <WindowedList
        label="List of payments"
        rows={shown}
        renderRow={(row, index) => (
          <PolicyRowItem
            key={row.address}
            row={row}
            position={index + 1}
            count={shown.length}
            decimals={row.mint === null ? null : (decimals.get(row.mint) ?? null)}
            symbol={row.mint === null ? "" : (symbols[row.mint] ?? "")}
            now={now}
          />
        )}
      />
    ),
    [shown, decimals, symbols, now],
  );
  return (
    <>
      <Filters filter={filter} states={states} onChange={setFilter} />
      <p className="small muted" role="status">
        {shown.length === rows.length
          ? `${rows.length} payment${rows.length === 1 ? "" : "s"}, the next deadline first`
          : `${shown.length} of ${rows.length} payments`}
      </p>
      {shown.length > 0 ? (
        list
      ) : (
        <p className="row">
          Nothing fits this filter.
          <Button onClick={() => setFilter(ALL)}>Show all</Button>
        </p>
      )}
    </>
  );
}

interface FiltersProps {
  filter: RowFilter;
  states: readonly PolicyState[];
  onChange(filter: RowFilter): void;
}

function Filters({ filter, states, onChange }: FiltersProps) {
  return (
    <div className="mine-filters" role="search" aria-label="Filter the payments">
      <Field label="Search">
        {(control) => (
          <input
            {...control}
            type="search"
            autoComplete="off"
            placeholder="Title, token or address"
            value={filter.text}
            onChange={(event) => onChange({ ...filter, text: event.target.value })}
          />
        )}
      </Field>
      <Field label="Your role">
        {(control) => (
          <select
            {...control}
            value={filter.role ?? ""}
            onChange={(event) =>
              onChange({ ...filter, role: (event.target.value || null) as MyRole | null })
            }
          >
            <option value="">All roles</option>
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {ROLE_WORDS[role]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="State">
        {(control) => (
          <select
            {...control}
            value={filter.state ?? ""}
            onChange={(event) =>
              onChange({ ...filter, state: (event.target.value || null) as PolicyState | null })
            }
          >
            <option value="">All states</option>
            {states.map((state) => (
              <option key={state} value={state}>
                {state}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
