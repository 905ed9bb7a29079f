/** What ECharts is told for each chart. Pure: figures and colours in, an option out. */

import type { Option } from "./echarts";

export interface Palette {
  text: string;
  soft: string;
  line: string;
  panel: string;
  main: string;
  other: string;
  third: string;
  warn: string;
  faint: string;
  heat: string[];
  font: string;
  size: number; // of texts, px
}

const GRID = { left: 8, right: 12, top: 28, bottom: 4, containLabel: true };
const PACE = { animationDuration: 200, animationDurationUpdate: 200 };

const axis = (ink: Palette): object => ({
  axisLabel: { color: ink.soft, fontSize: ink.size },
  axisLine: { lineStyle: { color: ink.line } },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: ink.line, opacity: 0.5 } },
  nameTextStyle: { color: ink.soft },
});

const base = (ink: Palette): object => ({
  ...PACE,
  textStyle: { color: ink.text, fontFamily: ink.font },
  tooltip: { trigger: "axis", backgroundColor: ink.panel, borderColor: ink.line, textStyle: { color: ink.text, fontSize: ink.size }, confine: true, axisPointer: { type: "shadow" } },
});

const legend = (ink: Palette): object => ({ top: 0, right: 0, itemHeight: ink.size - 2, itemWidth: ink.size + 4, textStyle: { color: ink.text, fontSize: ink.size, fontFamily: ink.font } });

export interface Bar {
  name: string;
  value: number | null;
  text: string; // beside the bar
  warn: boolean;
}

/** Lying bars with their text; those to look at in another colour, their text is marked as well. */
export function bars(rows: readonly Bar[], from: number, to: number, ink: Palette): Option {
  return {
    ...base(ink),
    tooltip: { show: false },
    grid: { ...GRID, top: 4, right: ink.size * 6 },
    xAxis: { type: "value", min: from, max: to, interval: to - from > 0.25 ? 0.1 : 0.05, ...axis(ink), axisLabel: { color: ink.soft, fontSize: ink.size, formatter: (value: number) => `${Math.round(value * 100)}%` } },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), ...axis(ink), axisLabel: { color: ink.text, fontSize: ink.size, interval: 0 } },
    series: [
      {
        type: "bar",
        barMaxWidth: ink.size + 2,
        data: rows.map(({ value, warn }) => ({ value: value === null ? null : Math.max(from, value), itemStyle: { color: warn ? ink.warn : ink.main } })),
        label: { show: true, position: "right", color: ink.text, fontSize: ink.size, formatter: ({ dataIndex }: { dataIndex: number }) => rows[dataIndex]?.text ?? "" },
      },
    ],
  };
}

export interface Series {
  name: string;
  values: readonly number[];
}

/** Two lines over the hours of a day; the second is dashed. */
export function hours(series: readonly Series[], n: number, ink: Palette): Option {
  const inks = [ink.main, ink.other];
  return {
    ...base(ink),
    legend: legend(ink),
    grid: { ...GRID, top: ink.size * 2.4 },
    xAxis: { type: "category", boundaryGap: false, data: Array.from({ length: n }, (_, hour) => `${hour}`), ...axis(ink) },
    yAxis: { type: "value", minInterval: 1, ...axis(ink) },
    series: series.map(({ name, values }, order) => ({
      type: "line",
      name,
      data: [...values],
      showSymbol: false,
      symbol: order === 0 ? "circle" : "triangle",
      lineStyle: { width: 2, color: inks[order], type: order === 0 ? "solid" : "dashed" },
      itemStyle: { color: inks[order] },
    })),
  };
}

/** Standing bars on each other: how many took how long, by class. */
export function spread(series: readonly Series[], bins: readonly string[], ink: Palette): Option {
  const inks = [ink.main, ink.other, ink.third];
  return {
    ...base(ink),
    legend: legend(ink),
    grid: { ...GRID, top: ink.size * 2.4 },
    xAxis: { type: "category", data: [...bins], ...axis(ink) },
    yAxis: { type: "value", minInterval: 1, ...axis(ink) },
    series: series.map(({ name, values }, n) => ({
      type: "bar",
      stack: "all",
      name,
      data: [...values],
      itemStyle: { color: inks[n], borderColor: ink.panel, borderWidth: 0.5 },
      barCategoryGap: "10%",
    })),
  };
}

export interface Cells {
  rows: readonly string[];
  columns: readonly string[];
  values: readonly (readonly [number, number, number | null])[]; // column, row, value
}

/** A table whose cells are coloured by their number; the number stands in the cell. */
export function heat({ rows, columns, values }: Cells, ink: Palette): Option {
  const numbers = values.flatMap(([, , value]) => value ?? []);
  return {
    ...base(ink),
    tooltip: { show: false },
    grid: { ...GRID, top: 4 },
    xAxis: { type: "category", data: [...columns], ...axis(ink) },
    yAxis: { type: "category", inverse: true, data: [...rows], ...axis(ink), axisLabel: { color: ink.text, fontSize: ink.size } },
    visualMap: { show: false, min: Math.min(0, ...numbers), max: Math.max(1, ...numbers), inRange: { color: ink.heat } },
    series: [
      {
        type: "heatmap",
        data: values.map(([column, row, value]) => [column, row, value === null ? "-" : Math.round(value)]),
        label: { show: true, color: ink.text, textBorderColor: ink.panel, textBorderWidth: 3, fontSize: ink.size + 1 },
        itemStyle: { borderColor: ink.panel, borderWidth: 2 },
      },
    ],
  };
}

export interface Fill {
  name: string;
  declared: number;
  booked: number;
}

/** What is booked of what was declared: a bar within a bar. */
export function fills(rows: readonly Fill[], names: readonly [string, string], ink: Palette): Option {
  return {
    ...base(ink),
    legend: { ...legend(ink), data: [...names] },
    grid: { ...GRID, right: ink.size * 5 },
    xAxis: { type: "value", minInterval: 1, ...axis(ink) },
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), ...axis(ink), axisLabel: { color: ink.text, fontSize: ink.size, interval: 0 } },
    series: [
      {
        type: "bar",
        name: names[0],
        barGap: "-100%",
        barMaxWidth: ink.size + 2,
        data: rows.map((row) => row.declared),
        itemStyle: { color: ink.faint, borderColor: ink.soft, borderWidth: 1 },
      },
      {
        type: "bar",
        name: names[1],
        barMaxWidth: ink.size + 2,
        data: rows.map(({ booked, declared }) => ({ value: booked, itemStyle: { color: booked >= declared ? ink.warn : ink.main } })),
        itemStyle: { color: ink.main },
      },
      {
        type: "bar", // holds the text at the end of the longer bar
        barMaxWidth: ink.size + 2,
        silent: true,
        data: rows.map(({ booked, declared }) => Math.max(booked, declared)),
        itemStyle: { color: "transparent" },
        tooltip: { show: false },
        label: { show: true, position: "right", color: ink.text, fontSize: ink.size, formatter: ({ dataIndex }: { dataIndex: number }) => fillText(rows[dataIndex]) },
      },
    ],
  };
}

function fillText(row: Fill | undefined): string {
  return row === undefined ? "" : `${row.booked >= row.declared ? "▲ " : ""}${row.booked}/${row.declared}`;
}
