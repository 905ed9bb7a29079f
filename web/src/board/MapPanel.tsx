/** The map's panel: what the counties are coloured by, picture or table. */

import { useState } from "react";

import { useWords } from "../i18n";
import { BoardMap } from "./BoardMap";
import { ChartPanel } from "./ChartPanel";
import { count } from "./Cards";
import { arriveRate, minutesText } from "./figures";
import { MEASURES, type Measure } from "./measures";
import type { Dashboard } from "./useDashboard";
import { percent } from "../lib/format";
import { boardWords } from "./words";

interface Props {
  data: Dashboard;
  live: boolean;
  onArea: (code: string) => void;
}

export function MapPanel({ data, live, onArea }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const [measure, setMeasure] = useState<Measure>("open");
  const choice = (
    <label className="row">
      {texts.measure}
      <select className="input board-select" value={measure} onChange={(event) => setMeasure(event.target.value as Measure)}>
        {MEASURES.map((each) => (
          <option key={each} value={each}>
            {texts.measures[each]}
          </option>
        ))}
      </select>
    </label>
  );
  const rows = data.counties.map(({ code, name, tally }) => [
    <button key={code} type="button" className="board-link" aria-label={texts.drill(name)} onClick={() => onArea(code)}>
      {name}
    </button>,
    count(tally.open),
    count(tally.reported),
    count(tally.overdue),
    percent(arriveRate(tally)),
    minutesText(tally.restore_min),
  ]);
  const columns = [{ name: texts.area }, ...MEASURES.map((each) => ({ name: texts.measures[each], number: true }))];
  return <ChartPanel className="board-map" title={texts.panels.map} note={choice} chart={<BoardMap data={data} measure={measure} live={live} onArea={onArea} />} columns={columns} rows={rows} />;
}
