/** A button that opens a list of tick boxes: which columns, which stages. Escape or a click beside it closes it. */

import { useEffect, useRef, type ReactNode } from "react";

export interface Option {
  value: string;
  text: string;
}

interface Props {
  label: string;
  summary: ReactNode;
  options: readonly Option[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: Set<string>) => void;
  foot?: ReactNode;
}

export function Checks({ label, summary, options, chosen, onChange, foot }: Props): React.JSX.Element {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const beside = (event: MouseEvent): void => {
      if (box.current !== null && !box.current.contains(event.target as Node)) box.current.open = false;
    };
    document.addEventListener("mousedown", beside);
    return () => document.removeEventListener("mousedown", beside);
  }, []);
  const toggle = (value: string): void => {
    const next = new Set(chosen);
    if (!next.delete(value)) next.add(value);
    onChange(next);
  };
  return (
    <details
      ref={box}
      className="checks no-print"
      onKeyDown={(event) => {
        if (event.key === "Escape" && box.current?.open) {
          event.stopPropagation();
          box.current.open = false;
          box.current.querySelector("summary")?.focus();
        }
      }}
    >
      <summary className="button">{summary} ▾</summary>
      <fieldset className="checks-box stack">
        <legend className="only-read">{label}</legend>
        {options.map((option) => (
          <label key={option.value} className="row">
            <input type="checkbox" checked={chosen.has(option.value)} onChange={() => toggle(option.value)} />
            {option.text}
          </label>
        ))}
        {foot}
      </fieldset>
    </details>
  );
}
