/** One chart: drawn anew when its figures or the theme change. A picture to screen readers; the table says the same. */

import { useEffect, useRef } from "react";

import { colour, useTheme } from "../theme/theme";
import { chartIn, type Chart as Drawn, type Option } from "./echarts";
import type { Palette } from "./options";

interface Props {
  label: string;
  option: (palette: Palette) => Option;
  onPick?: (place: number) => void; // a bar was clicked
}

export function Chart({ label, option, onPick }: Props): React.JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Drawn | null>(null);
  const picked = useRef(onPick);
  picked.current = onPick;
  const theme = useTheme();
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
    chart.current?.setOption(option(palette()), { notMerge: false });
  }, [option, theme]);
  return <div ref={host} className="chart grow" role="img" aria-label={label} />;
}

function palette(): Palette {
  return {
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
