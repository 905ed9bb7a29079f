/** What takes turns on the wall: the map; the day's course; alerts and ranking. The eight figures always stand. */

import { useEffect, useMemo, useState } from "react";

import { Alerts } from "../board/Alerts";
import { BoardMap } from "../board/BoardMap";
import "../board/board.css";
import { Cards } from "../board/Cards";
import { Hours, Rates, Spread } from "../board/charts";
import { Funnel } from "../board/Funnel";
import { Ranking } from "../board/lists";
import type { Measure } from "../board/measures";
import type { Dashboard } from "../board/useDashboard";
import { useWords } from "../i18n";
import { useAreas } from "../map/data";
import { wallWords } from "./words";

const TURN_MS = 20_000;
const PAGES = 3;
const RANKED = 16;
const MEASURES: readonly Measure[] = ["open", "reported", "overdue"]; // the map's colours change from turn to turn

export default function Panels({ data }: { data: Dashboard }): React.JSX.Element {
  const turn = useTurn();
  const page = turn % PAGES;
  return (
    <main className="wall-body">
      <Cards data={data} links={false} />
      <div className={`wall-page page-${page}`}>
        {page === 0 ? <MapPage data={data} measure={MEASURES[Math.floor(turn / PAGES) % MEASURES.length] ?? "open"} /> : null}
        {page === 1 ? <CoursePage data={data} /> : null}
        {page === 2 ? <AlertPage data={data} /> : null}
      </div>
      <Dots page={page} />
    </main>
  );
}

function useTurn(): number {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((n) => n + 1), TURN_MS);
    return () => clearInterval(timer);
  }, []);
  return turn;
}

const still = (): void => undefined; // nobody clicks a wall

function MapPage({ data, measure }: { data: Dashboard; measure: Measure }): React.JSX.Element {
  return (
    <>
      <BoardMap data={data} measure={measure} live={false} still />
      <Rates data={data} onArea={still} />
    </>
  );
}

function CoursePage({ data }: { data: Dashboard }): React.JSX.Element {
  return (
    <>
      <Funnel data={data} />
      <Hours data={data} />
      <Spread data={data} />
    </>
  );
}

function AlertPage({ data }: { data: Dashboard }): React.JSX.Element {
  const areas = useAreas();
  const names = useMemo(() => new Map(areas.map(({ code, name }) => [code, name])), [areas]);
  return (
    <>
      <Alerts data={data} names={names} links={false} />
      <Ranking data={data} most={RANKED} />
    </>
  );
}

function Dots({ page }: { page: number }): React.JSX.Element {
  const texts = useWords(wallWords);
  return (
    <p className="wall-dots" aria-label={texts.page(page + 1, PAGES)} role="status">
      {Array.from({ length: PAGES }, (_, n) => (n === page ? "●" : "○")).join(" ")}
    </p>
  );
}
