/** A long live list of which only what is seen is drawn: a listbox with one selected row, moved by arrow keys. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

interface Props<T> {
  rows: readonly T[];
  idOf: (row: T) => string;
  height: number; // of a row, px
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen?: (id: string) => void;
  label: string;
  children: (row: T, selected: boolean) => ReactNode;
}

export function Rows<T>({ rows, idOf, height, selected, onSelect, onOpen, label, children }: Props<T>): React.JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => height, overscan: 6 });
  const place = rows.findIndex((row) => idOf(row) === selected);
  const seen = useRef<string | null>(null);
  useEffect(() => {
    if (place >= 0 && seen.current !== selected) drawn.scrollToIndex(place);
    seen.current = selected; // a row that moves by itself does not drag the list along
  }, [place, selected, drawn]);
  const step = (by: number): void => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, place + by))];
    if (next !== undefined) onSelect(idOf(next));
  };
  const pressed = (event: React.KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -rows.length, End: rows.length }[event.key];
    if (by !== undefined) step(by);
    else if (event.key === "Enter" && selected !== null && onOpen !== undefined) onOpen(selected);
    else return;
    event.preventDefault();
  };
  const active = place >= 0 ? `row-${selected}` : undefined;
  return (
    <div ref={box} className="grow scroll" role="listbox" tabIndex={0} aria-label={label} aria-activedescendant={active} onKeyDown={pressed}>
      <div role="presentation" style={{ height: drawn.getTotalSize(), position: "relative" }}>
        {drawn.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const id = idOf(row);
          return (
            <div
              key={id}
              id={`row-${id}`}
              role="option"
              aria-selected={id === selected}
              aria-posinset={item.index + 1}
              aria-setsize={rows.length}
              className="option"
              style={{ position: "absolute", top: 0, left: 0, right: 0, height, transform: `translateY(${item.start}px)` }}
              onClick={() => onSelect(id)}
              onDoubleClick={() => onOpen?.(id)}
            >
              {children(row, id === selected)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
