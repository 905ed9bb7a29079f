/** The dashboard's charts, each with its table: rates of areas, hours, arrivals, heat, capacity. */

import { useCallback, useMemo } from "react";

import { AreaClass } from "../api/labels.gen";
import { label as named, useWords } from "../i18n";
import { day, hm, percent } from "../lib/format";
import { Chart } from "./Chart";
import { ChartPanel } from "./ChartPanel";
import { arriveRate, MARK, minutesText, toneOf } from "./figures";
import { bars, fills, heat, hours, spread, type Palette } from "./options";
import type { Dashboard } from "./useDashboard";
import { boardWords } from "./words";

interface Props {
  data: Dashboard;
}

const MOST_BARS = 14;
const ROOM = 0.02; // the lowest bar is still seen
const LOWEST_RATE = 0.9; // where the axis of rates begins, unless something is worse

export function Rates({ data, onArea }: Props & { onArea: (code: string) => void }): React.JSX.Element {
  const texts = useWords(boardWords);
  const parts = useMemo(() => {
    const all = data.parts.length > 0 ? data.parts : data.counties;
    return all.map(({ code, name, tally }) => ({ code, name, tally, rate: arriveRate(tally) })).sort((one, other) => (one.rate ?? 2) - (other.rate ?? 2));
  }, [data]);
  const shown = useMemo(() => parts.slice(0, MOST_BARS), [parts]);
  const option = useCallback(
    (ink: Palette) => {
      const rows = shown.map(({ name, rate }) => ({ name, value: rate, text: `${MARK[toneOf(rate)]}${percent(rate)}`, warn: toneOf(rate) !== "ok" }));
      const lowest = Math.min(LOWEST_RATE, ...rows.flatMap(({ value }) => value ?? []));
      return bars(rows, Math.max(0, Math.floor((lowest - ROOM) * 10) / 10), 1, ink);
    },
    [shown],
  );
  const picked = (place: number): void => {
    const code = shown[place]?.code;
    if (code !== undefined) onArea(code);
  };
  const told = shown.map(({ name, rate }) => `${name} ${percent(rate)}`).join(",");
  const rows = parts.map(({ code, name, tally, rate }) => [
    <button key={code} type="button" className="board-link" aria-label={texts.drill(name)} onClick={() => onArea(code)}>
      {name}
    </button>,
    `${MARK[toneOf(rate)]}${percent(rate)}`,
    tally.arrived,
    tally.arrive_broken,
  ]);
  const columns = [{ name: texts.area }, { name: texts.rate, number: true }, { name: texts.steps.arrived, number: true }, { name: texts.late(0).replace("0", "").trim(), number: true }];
  return <ChartPanel title={texts.panels.rates} chart={<Chart label={told} option={option} onPick={picked} />} columns={columns} rows={rows} />;
}

export function Hours({ data }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const { came, went } = data;
  const so = hoursSoFar(data);
  const option = useCallback(
    (ink: Palette) => hours([{ name: texts.came, values: came.slice(0, so) }, { name: texts.went, values: went.slice(0, so) }], came.length, ink),
    [came, went, so, texts],
  );
  const sum = (values: readonly number[]): number => values.reduce((all, n) => all + n, 0);
  const told = `${texts.came} ${sum(came)},${texts.went} ${sum(went)}`;
  const rows = came.slice(0, so).map((n, hour) => [`${hour}–${hour + 1} ${texts.hour}`, n, went[hour] ?? 0]);
  const columns = [{ name: texts.hour }, { name: texts.came, number: true }, { name: texts.went, number: true }];
  return <ChartPanel title={texts.panels.hours} chart={<Chart label={told} option={option} />} columns={columns} rows={rows} />;
}

/** Hours of the day that have begun: of a day that still runs the rest is not nought, it is not yet. */
function hoursSoFar({ came, date, at }: Dashboard): number {
  const begun = Number.parseInt(hm(at), 10) + 1;
  return date === day(at) && begun < came.length ? begun : came.length;
}

export function Spread({ data }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const { series, bins } = useMemo(() => {
    const found = Object.entries(data.spread).map(([each, values]) => ({ name: named(AreaClass, each), values }));
    const n = found[0]?.values.length ?? 0;
    const ends = Array.from({ length: n }, (_, bin) => (bin === n - 1 ? `>${bin * data.bin_min}` : `${bin * data.bin_min}`));
    return { series: found, bins: ends };
  }, [data]);
  const option = useCallback((ink: Palette) => spread(series, bins, ink), [series, bins]);
  const told = series.map(({ name, values }) => `${name} ${values.reduce((all, n) => all + n, 0)}`).join(",");
  const last = bins.length - 1;
  const rows = bins
    .map((_, bin) => [bin === last ? texts.beyond(bin * data.bin_min) : `${bin * data.bin_min}–${(bin + 1) * data.bin_min}`, ...series.map(({ values }) => values[bin] ?? 0)])
    .filter((row) => row.slice(1).some((n) => n !== 0));
  const columns = [{ name: texts.minutesAxis }, ...series.map(({ name }) => ({ name, number: true }))];
  return <ChartPanel title={texts.panels.spread} note={<span className="soft">{texts.minutesAxis}</span>} chart={<Chart label={told} option={option} />} columns={columns} rows={rows} />;
}

export function Heat({ data }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const cells = useMemo(() => {
    const classes = [...new Set(data.heat.map((cell) => cell.area_class))];
    const starts = [...new Set(data.heat.map((cell) => cell.from_hour))];
    const width = (starts[1] ?? 4) - (starts[0] ?? 0);
    return {
      rows: classes.map((each) => named(AreaClass, each)),
      columns: starts.map((start) => `${start}–${start + width}`),
      values: data.heat.map((cell) => [starts.indexOf(cell.from_hour), classes.indexOf(cell.area_class), cell.mean_min] as const),
    };
  }, [data]);
  const option = useCallback((ink: Palette) => heat(cells, ink), [cells]);
  const rows = data.heat.filter((cell) => cell.n > 0).map((cell) => [named(AreaClass, cell.area_class), `${cell.from_hour}`, cell.n, minutesText(cell.mean_min)]);
  const told = rows.map((row) => row.join(" ")).join(",");
  const columns = [{ name: texts.area }, { name: texts.band, number: true }, { name: texts.count, number: true }, { name: texts.mean, number: true }];
  return <ChartPanel title={texts.panels.heat} chart={<Chart label={told} option={option} />} columns={columns} rows={rows} />;
}

const FULLEST = 8;

export function Capacity({ data }: Props): React.JSX.Element {
  const texts = useWords(boardWords);
  const { capacity } = data;
  const full = useMemo(() => [...capacity].sort((one, other) => other.booked / Math.max(1, other.declared) - one.booked / Math.max(1, one.declared)), [capacity]);
  const shown = useMemo(() => full.slice(0, FULLEST), [full]);
  const option = useCallback((ink: Palette) => fills(shown, [texts.declared, texts.booked], ink), [shown, texts]);
  const told = shown.map(({ name, booked, declared }) => `${name} ${booked}/${declared}`).join(",");
  const rows = full.map(({ name, declared, booked }) => [name, declared, booked, booked >= declared ? texts.full : declared - booked]);
  const columns = [{ name: texts.depot }, ...[texts.declared, texts.booked, texts.free].map((name) => ({ name, number: true }))];
  const note = full.length > FULLEST ? <span className="soft">{texts.fullest(FULLEST)}</span> : null;
  const chart = full.length === 0 ? <p className="soft">{texts.cold}</p> : <Chart label={told} option={option} />;
  return <ChartPanel title={texts.panels.capacity} note={note} chart={chart} columns={columns} rows={rows} />;
}
