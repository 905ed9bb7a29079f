/** The parts of ECharts that the dashboard draws with; loaded with it alone. */

import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, HeatmapChart, LineChart, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

export type Option = EChartsCoreOption;
export type Chart = EChartsType;

export function chartIn(host: HTMLElement): Chart {
  return init(host, null, { renderer: "svg" });
}
