/** The dashboard's two tables: help across borders, and counties in their order. */

import { useMemo } from "react";

import { useWords } from "../i18n";
import { Panel } from "../kit/pieces";
import { percent } from "../lib/format";
import { count, savedText } from "./Cards";
import { Figures } from "./ChartPanel";
import { arriveRate, MARK, satisfiedRate, toneOf } from "./figures";
import type { Dashboard } from "./useDashboard";
import { boardWords } from "./words";

interface Props {
  data: Dashboard;
  names: ReadonlyMap<string, string>;
}

export function Ledger({ data, names }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const name = (code: string): string => names.get(code) ?? code;
  const rows = data.borders.map(({ lender, borrower, n, saved_s }) => [name(lender), name(borrower), n, savedText(saved_s, texts)]);
  const columns = [{ name: texts.lender }, { name: texts.borrower }, { name: texts.dispatches, number: true }, { name: texts.saved, number: true }];
  return (
    <Panel title={texts.panels.ledger} className="board-panel">
      <Figures title={texts.panels.ledger} columns={columns} rows={rows} />
    </Panel>
  );
}

/** Counties by satisfaction, then by arrivals in time, then by work; those without a report come last. */
export function Ranking({ data, onArea, most = Infinity }: { data: Dashboard; onArea?: (code: string) => void; most?: number }): React.JSX.Element {
  const texts = useWords(boardWords);
  const ranked = useMemo(() => {
    const rates = data.counties.map(({ code, name, tally }) => ({ code, name, reported: tally.reported, arrive: arriveRate(tally), satisfied: satisfiedRate(tally) }));
    return rates.filter((each) => each.reported > 0).sort((one, other) => (other.satisfied ?? -1) - (one.satisfied ?? -1) || (other.arrive ?? -1) - (one.arrive ?? -1) || other.reported - one.reported);
  }, [data]);
  const rows = ranked.slice(0, most).map(({ code, name, reported, arrive, satisfied }, n) => [
    n + 1,
    onArea === undefined ? name : <button key={code} type="button" className="board-link" aria-label={texts.drill(name)} onClick={() => onArea(code)}>{name}</button>,
    count(reported),
    `${MARK[toneOf(arrive)]}${percent(arrive)}`,
    percent(satisfied),
  ]);
  const columns = [{ name: texts.rank, number: true }, { name: texts.area }, { name: texts.count, number: true }, { name: texts.rate, number: true }, { name: texts.satisfied, number: true }];
  const target = data.targets.satisfied;
  const aside = target === undefined ? null : <span className="soft small">{texts.satisfiedHead(percent(satisfiedRate(data.now)), percent(target, 0))}</span>;
  return (
    <Panel title={texts.panels.ranking} aside={aside} className="board-panel">
      <Figures title={texts.panels.ranking} columns={columns} rows={rows} />
    </Panel>
  );
}
