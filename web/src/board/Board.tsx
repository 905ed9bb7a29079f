/** 指挥看板: the figures of an area's day, from the province down to a county; live. */

import { useCallback, useMemo, useState } from "react";

import { line } from "../api/live";
import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { saying } from "../kit/toast";
import { kitWords } from "../kit/words";
import { useFromSecond } from "../lib/clock";
import { day, hms } from "../lib/format";
import { go, useRoute } from "../lib/route";
import { usePicked } from "../lib/store";
import { useAreas } from "../map/data";
import { Head } from "../shell/Head";
import { Alerts } from "./Alerts";
import "./board.css";
import { Cards } from "./Cards";
import { Capacity, Heat, Hours, Rates, Spread } from "./charts";
import { Funnel } from "./Funnel";
import { Ledger, Ranking } from "./lists";
import { MapPanel } from "./MapPanel";
import { into, pathTo } from "./path";
import { useDashboard, type Dashboard } from "./useDashboard";
import { boardWords } from "./words";

export default function Board(): React.JSX.Element {
  const own = useMe().account.area;
  const { rest } = useRoute();
  const area = rest[0] || own;
  const date = rest[1] ?? null;
  const { data, error } = useDashboard({ area, date });
  const loading = useWords(kitWords).loading;
  const texts = useWords(boardWords);
  return (
    <div className="screen board">
      <Head />
      <div className="board-top row wrap between">
        <Path area={area} top={own} date={date} />
        <Day area={area} date={date} at={data?.at} />
      </div>
      {error ? (
        <p className="board-failed" role="alert">
          {texts.failed(saying(error))}
        </p>
      ) : null}
      {data === undefined ? <p className="door" role="status">{error ? "" : loading}</p> : <Panels data={data} date={date} />}
    </div>
  );
}

function Panels({ data, date }: { data: Dashboard; date: string | null }): React.JSX.Element {
  const texts = useWords(boardWords);
  const areas = useAreas();
  const broken = usePicked(line, ({ state }) => state === "broken");
  const names = useMemo(() => new Map(areas.map(({ code, name }) => [code, name])), [areas]);
  const onArea = useCallback((code: string) => go("board", into(areas, data.area, code), ...(date === null ? [] : [date])), [areas, data.area, date]);
  return (
    <main className={`board-body grow scroll ${broken ? "stale" : ""}`} aria-label={texts.title}>
      <h1 className="only-read">
        {texts.title} {data.name}
      </h1>
      <Cards data={data} />
      <div className="board-grid">
        <div className="board-column">
          <Rates data={data} onArea={onArea} />
          <Hours data={data} />
          <Alerts data={data} names={names} />
        </div>
        <div className="board-column wide">
          <MapPanel data={data} live={date === null} onArea={onArea} />
          <div className="board-pair">
            <Funnel data={data} />
            <Spread data={data} />
          </div>
        </div>
        <div className="board-column">
          <Capacity data={data} />
          <Heat data={data} />
          <Ledger data={data} names={names} />
          <Ranking data={data} onArea={onArea} />
        </div>
      </div>
    </main>
  );
}

/** Where one is, from the own area down; each step leads back. */
function Path({ area, top, date }: { area: string; top: string; date: string | null }): React.JSX.Element {
  const texts = useWords(boardWords);
  const steps = pathTo(useAreas(), top, area);
  return (
    <nav aria-label={texts.path}>
      <ol className="row">
        {steps.map(({ code, name }, n) => (
          <li key={code}>
            {n > 0 ? "› " : ""}
            <a href={`#/board/${[code, ...(date === null ? [] : [date])].join("/")}`} aria-current={code === area ? "page" : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Day({ area, date, at }: { area: string; date: string | null; at: string | undefined }): React.JSX.Element {
  const texts = useWords(boardWords);
  const today = useFromSecond((second) => day(second * 1000));
  const [ahead, setAhead] = useState(false); // a day that is still to come was asked for
  const choose = (chosen: string): void => {
    setAhead(chosen > today);
    if (chosen <= today) go("board", area, ...(chosen === "" || chosen === today ? [] : [chosen]));
  };
  return (
    <div className="row">
      <label className="row nowrap">
        {texts.day}
        <input
          type="date"
          className="input board-date"
          max={today}
          value={date ?? today}
          aria-invalid={ahead}
          onChange={(event) => choose(event.target.value)}
        />
      </label>
      {ahead ? <span className="wrong" role="alert">{texts.ahead}</span> : null}
      {at === undefined ? null : <span className="soft nowrap">{date === null ? texts.asOf(hms(at)) : texts.whole}</span>}
    </div>
  );
}
