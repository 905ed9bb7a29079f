/** Which screens there are, who sees them, and the code of each, loaded when it is first opened. */

import { lazy, type LazyExoticComponent } from "react";

import type { Me } from "../api/session";

export type ScreenName = "seat" | "callbacks" | "desk" | "board" | "supervision" | "replay" | "reports" | "depot" | "audit" | "admin" | "tickets";

interface Screen {
  action: string; // of the rights table: who may do this sees the screen
  first: readonly string[]; // roles that begin here
  view: LazyExoticComponent<() => React.JSX.Element>;
}

/** In the order of the menu. */
export const SCREENS: Readonly<Partial<Record<ScreenName, Screen>>> = {
  seat: { action: "call.log", first: ["SEAT_AGENT"], view: lazy(() => import("../seat/Seat")) },
  callbacks: { action: "callback.call", first: [], view: lazy(() => import("../callbacks/Callbacks")) },
  desk: { action: "ticket.accept", first: ["COUNTY_DISPATCHER"], view: lazy(() => import("../workstation/Desk")) },
  board: { action: "dashboard.read", first: ["PROVINCE_MONITOR"], view: lazy(() => import("../board/Board")) },
  replay: { action: "replay.read", first: [], view: lazy(() => import("../replay/ReplayScreen")) },
  supervision: { action: "supervision.read", first: [], view: lazy(() => import("../supervision/Supervision")) },
  reports: { action: "index.read", first: [], view: lazy(() => import("../reports/Reports")) },
  depot: { action: "worklist.read", first: ["DEPOT_LEADER"], view: lazy(() => import("../depot/Depot")) },
  audit: { action: "field.decide", first: ["REPLY_AUDITOR"], view: lazy(() => import("../audit/Audit")) },
  admin: { action: "account.manage", first: ["ADMINISTRATOR"], view: lazy(() => import("../admin/Admin")) },
  tickets: { action: "ticket.read", first: [], view: lazy(() => import("../tickets/Tickets")) },
};

export function screensOf(me: Me): ScreenName[] {
  return (Object.keys(SCREENS) as ScreenName[]).filter((name) => me.actions.includes(SCREENS[name]?.action ?? ""));
}

export function firstScreen(me: Me): ScreenName | undefined {
  const own = screensOf(me);
  return own.find((name) => SCREENS[name]?.first.includes(me.account.role)) ?? own[0];
}
