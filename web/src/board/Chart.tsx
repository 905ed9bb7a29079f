/** One chart: drawn anew when its figures or the theme change. A picture to screen readers; the table says the same. */

import { useEffect, useRef } from "react";

import { useWords } from "../i18n";
import { colour, useTheme } from "../theme/theme";
import { chartIn, type Chart as Drawn, type Option } from "./echarts";
import type { Palette } from "./options";
import { boardWords } from "./words";

interface Props {
  label: string;
  option: (palette: Palette) => Option;
  onPick?: (place: number) => void; // a bar was clicked
}

const TEXT_PX = 12;

export function Chart({ label, option, onPick }: Props): React.JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Drawn | null>(null);
  const picked = useRef(onPick);
  picked.current = onPick;
  const theme = useTheme();
  const texts = useWords(boardWords);
  useEffect(() => {
    const box = host.current;
    if (box === null) return undefined;
    const made = chartIn(box);
    chart.current = made;
    made.on("click", (event) => picked.current?.((event as { dataIndex: number }).dataIndex));
    const sized = new ResizeObserver(() => made.resize());
    sized.observe(box);
    return () => {
      sized.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    if (host.current !== null) chart.current?.setOption(option(palette(host.current)));
  }, [option, theme]);
  return <div ref={host} className="chart grow" role="img" aria-label={label === "" ? texts.cold : label} />;
}

/** Colours of the theme, and how large texts are where the chart stands. */
function palette(box: HTMLElement): Palette {
  const size = Number.parseFloat(getComputedStyle(box).getPropertyValue("--chart-text")) || TEXT_PX;
  return {
    size,
    text: colour("text"),
    soft: colour("soft"),
    line: colour("line"),
    panel: colour("panel"),
    main: colour("chart-main"),
    other: colour("chart-other"),
    third: colour("chart-third"),
    warn: colour("chart-warn"),
    faint: colour("raised"),
    font: getComputedStyle(document.body).fontFamily,
    heat: [1, 2, 3, 4, 5].map((step) => colour(`heat-${step}`)),
  };
}
