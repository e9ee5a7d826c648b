// A long list of rows of one height: only those in sight are in the document.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const SPARE_ROWS = 6;

interface Props<Row> {
  rows: readonly Row[];
  rowPx: number;
  keyOf: (row: Row) => string;
  /** The chosen row; it is kept in sight. */
  chosen: string | null;
  choose: (row: Row) => void;
  draw: (row: Row) => ComponentChildren;
  label: string;
}

export function VirtualList<Row>(props: Props<Row>): JSX.Element {
  const { rows, rowPx, keyOf, chosen } = props;
  const element = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const chosenAt = chosen === null ? -1 : rows.findIndex((row) => keyOf(row) === chosen);
  useEffect(() => {
    const list = element.current;
    if (!list) return;
    const observer = new ResizeObserver(() => setHeight(list.clientHeight));
    observer.observe(list);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (element.current && chosenAt >= 0) bringIntoSight(element.current, chosenAt * rowPx, rowPx);
  }, [chosen]);
  const first = Math.max(0, Math.floor(top / rowPx) - SPARE_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowPx) + SPARE_ROWS);
  return (
    <div
      ref={element}
      class="virtual-list"
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={chosenAt >= first && chosenAt < last ? `row-${chosen}` : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={(event) => step(event, props, chosenAt)}
    >
      <div class="virtual-height" role="presentation" style={{ blockSize: `${rows.length * rowPx}px` }}>
        {rows.slice(first, last).map((row, i) => (
          <div
            key={keyOf(row)}
            id={`row-${keyOf(row)}`}
            role="option"
            class="virtual-row"
            aria-selected={keyOf(row) === chosen}
            aria-setsize={rows.length}
            aria-posinset={first + i + 1}
            style={{ insetBlockStart: `${(first + i) * rowPx}px`, blockSize: `${rowPx}px` }}
            onClick={() => props.choose(row)}
          >
            {props.draw(row)}
          </div>
        ))}
      </div>
    </div>
  );
}

function bringIntoSight(list: HTMLElement, top: number, rowPx: number): void {
  if (top < list.scrollTop) list.scrollTop = top;
  const bottom = top + rowPx - list.clientHeight;
  if (bottom > list.scrollTop) list.scrollTop = bottom;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

function step<Row>(event: KeyboardEvent, { rows, choose }: Props<Row>, chosenAt: number): void {
  const ends: Record<string, number> = { Home: 0, End: rows.length - 1 };
  const by = STEPS[event.key];
  const goal = by === undefined ? ends[event.key] : chosenAt + by;
  if (goal === undefined) return;
  const row = rows[Math.min(rows.length - 1, Math.max(0, goal))];
  if (row) choose(row);
  event.preventDefault();
}
