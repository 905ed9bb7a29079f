/** Ant Design in the page's own colours, words and density. Only lazily loaded screens of tables and forms import it. */

import { ConfigProvider, theme as antd, type ThemeConfig } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useMemo, type ReactNode } from "react";

import { language } from "../i18n";
import { useStore } from "../lib/store";
import { colour, useTheme, type Theme } from "./theme";

function dressed(now: Theme): ThemeConfig {
  return {
    algorithm: [now === "dark" ? antd.darkAlgorithm : antd.defaultAlgorithm, antd.compactAlgorithm],
    token: {
      colorPrimary: colour("act"),
      colorLink: colour("title"),
      colorText: colour("text"),
      colorTextHeading: colour("text"),
      colorTextSecondary: colour("soft"),
      colorTextDescription: colour("soft"),
      colorTextPlaceholder: colour("soft"),
      colorTextDisabled: colour("soft"),
      colorBgBase: colour("panel"),
      colorBgContainer: colour("panel"),
      colorBgElevated: colour("panel"),
      colorBorder: colour("line"),
      colorBorderSecondary: colour("line"),
      fontSize: 14,
      fontFamily: "inherit",
      borderRadius: 4,
      motion: false,
    },
    components: { Table: { headerBg: colour("raised"), headerColor: colour("soft"), rowHoverBg: colour("raised"), cellFontSizeSM: 13, headerSortActiveBg: colour("raised"), headerSortHoverBg: colour("raised"), bodySortBg: colour("panel") } },
  };
}

export function Antd({ children }: { children: ReactNode }): React.JSX.Element {
  const spoken = useStore(language);
  const now = useTheme();
  const config = useMemo(() => dressed(now), [now]);
  return (
    <ConfigProvider locale={spoken === "zh" ? zhCN : enUS} theme={config} componentSize="small">
      {children}
    </ConfigProvider>
  );
}
