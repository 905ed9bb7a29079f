/** Chooses an area of one's own, down to a level, in the order of the tree. */

import type { Schemas } from "../api/client";
import { useWords } from "../i18n";
import { useAreas } from "./areas";
import { tableWords } from "./words";

type Level = Schemas["AreaLevel"];
const DEPTH: Readonly<Record<Level, number>> = { province: 0, city: 1, county: 2, depot: 3 };

interface Props {
  value: string;
  onChange: (code: string) => void;
  down?: Level; // to this level
  only?: Level; // none but these may be chosen
  everywhere?: boolean; // areas outside one's own, too
  empty?: string | null; // the text of "none chosen"; null: one must be chosen
  input?: { id: string; "aria-invalid"?: boolean; "aria-describedby"?: string | undefined };
}

export function AreaPick({ value, onChange, down = "county", only, everywhere = false, empty, input }: Props): React.JSX.Element {
  const texts = useWords(tableWords);
  const { all, own } = useAreas();
  const offered = (everywhere ? all : own).filter((area) => DEPTH[area.level] <= DEPTH[down]);
  const least = Math.min(...offered.map((area) => DEPTH[area.level]));
  const missing = value !== "" && !offered.some((area) => area.code === value);
  return (
    <select className="input" value={value} onChange={(event) => onChange(event.target.value)} {...input}>
      {empty === null ? null : <option value="">{empty ?? texts.all}</option>}
      {missing ? <option value={value}>{value}</option> : null}
      {offered.map((area) => (
        <option key={area.code} value={area.code} disabled={only !== undefined && area.level !== only}>
          {"\u3000".repeat(DEPTH[area.level] - least)}
          {area.name}
        </option>
      ))}
    </select>
  );
}
