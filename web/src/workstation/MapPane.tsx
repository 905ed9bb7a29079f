/** The middle pane: the map of the county, loaded when the rest stands. The list is its accessible twin. */

import { lazy, Suspense, useCallback, useMemo } from "react";

import { board, useTicket } from "../api/board";
import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { useStore } from "../lib/store";
import { assign } from "./act";
import { CANDIDATES } from "./Candidates";
import { mapped } from "./crews";
import { mapOrder } from "./engine";
import { useCrews, useOffers, wantsCrew, type Crew } from "./queries";
import { select, selected } from "./selection";
import { deskWords } from "./words";

const DeskMap = lazy(() => import("../map/DeskMap"));
const NOBODY: readonly Crew[] = [];
const NOTHING: [] = [];

export function MapPane(): React.JSX.Element {
  const texts = useWords(deskWords);
  const me = useMe();
  const tickets = useStore(mapOrder);
  const chosen = useStore(selected);
  const ticket = useTicket(chosen);
  const { data: crews = NOBODY } = useCrews(me.account.area);
  const { data: offers } = useOffers(ticket);
  const placed = useMemo(() => mapped(crews, board.get()), [crews, tickets]); // the board changes with its order
  const wanted = ticket !== undefined && wantsCrew(ticket);
  const candidates = useMemo(() => (wanted ? offers?.offers.slice(0, CANDIDATES) : undefined) ?? NOTHING, [wanted, offers]);
  const onAssign = useCallback((crewId: string) => {
    const id = selected.get();
    if (id !== null && board.get().has(id)) assign(id, crewId);
  }, []);
  return (
    <section className="pane map-pane" id="desk-map" tabIndex={-1} aria-label={texts.map}>
      <Suspense fallback={<p className="soft" role="status">{texts.mapLoading}</p>}>
        <DeskMap tickets={tickets} crews={placed} selected={chosen} offers={candidates} onSelect={select} onAssign={onAssign} />
      </Suspense>
    </section>
  );
}
