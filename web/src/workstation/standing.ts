/** What this desk may do with a ticket at this moment, for buttons that grey themselves. */

import { line } from "../api/live";
import { useMe } from "../api/session";
import { usePicked } from "../lib/store";
import type { Standing } from "./actions";
import { underway } from "./send";

/** The line is broken: what is shown is from before. */
export function useStale(): boolean {
  return usePicked(line, (value) => value.state === "broken");
}

export function useStanding(ticketId: string | null): Standing {
  const me = useMe();
  const stale = usePicked(line, (value) => value.state !== "open");
  const busy = usePicked(underway, (ids) => ticketId !== null && ids.has(ticketId));
  return { rights: me.actions, area: me.account.area, stale, busy };
}
