/** What was learned of places: names that people gave them, and where crews really arrived; each can be undone. */

import { answered, api, type Schemas } from "../api/client";
import { may, useMe } from "../api/session";
import { useAct } from "../forms/act";
import { useWords } from "../i18n";
import { Button, Tag } from "../kit/pieces";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { tableWords } from "../tables/words";
import { TicketLink, who } from "../tickets/pieces";
import { adminWords } from "./words";

type Name = Schemas["NameShown"];
type Arrival = Schemas["ArrivalShown"];
interface Query {
  area?: string;
}

async function loadNames(query: Query, turn: Turn): Promise<Page<Name>> {
  const { names, next } = await answered(api.GET("/api/v1/places/names", { params: { query: { ...query, ...turn } } }));
  return { rows: names, next };
}

export function Names(): React.JSX.Element {
  const texts = useWords(adminWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const { busy, run } = useAct("place-names");
  const undo = (id: string): void => {
    void run(() => answered(api.POST("/api/v1/places/names/{name_id}/undo", { params: { path: { name_id: id } } })), texts.undoneDone);
  };
  const columns: Column<Name>[] = [
    { key: "said", title: texts.said, frozen: "left", render: (name) => name.said },
    { key: "county", title: texts.area, render: (name) => areas.name(name.county) },
    { key: "code", title: texts.meant, render: (name) => name.code ?? texts.onMap },
    { key: "n", title: texts.times, right: true, render: (name) => name.given_n, sort: (one, other) => one.given_n - other.given_n },
    { key: "by", title: texts.by, render: (name) => name.given_by.map((by) => who(by)).join("、") || "—" },
    { key: "first", title: texts.first, spare: true, render: (name) => full(name.first_at) },
    { key: "last", title: texts.last, render: (name) => <span className="nowrap">{full(name.last_at)}</span> },
    { key: "named", title: texts.namedBy, render: (name) => (name.named_by ? who(name.named_by) : "—") },
    { key: "used", title: texts.used, render: (name) => (name.undone_at ? <Tag>{`${texts.undone} ${who(name.undone_by ?? "")} ${full(name.undone_at)}`}</Tag> : <Tag tone={name.used ? "ok" : "plain"}>{name.used ? table.yes : table.no}</Tag>) },
    { key: "act", title: table.actions, frozen: "right", render: (name) => (name.undone_at === null && may(me, "place.undo") ? <Button tone="risky" disabled={busy} title={texts.undoSure} aria-label={`${texts.undo} ${name.said}`} onClick={() => undo(name.id)}>{texts.undo}</Button> : null) },
  ];
  return <ListView name="place-names" label={texts.tabs.names} columns={columns} load={loadNames} idOf={(name) => name.id} exported="place-names" initial={{} as Query} filters={[{ name: "area", label: table.area, kind: "area" }]} />;
}

async function loadArrivals(query: Query, turn: Turn): Promise<Page<Arrival>> {
  const { arrivals, next } = await answered(api.GET("/api/v1/places/arrivals", { params: { query: { ...query, ...turn } } }));
  return { rows: arrivals, next };
}

export function Arrivals(): React.JSX.Element {
  const texts = useWords(adminWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const { busy, run } = useAct("place-arrivals");
  const undo = (arrival: Arrival, one: boolean): void => {
    const body = { ticket_id: one ? arrival.ticket_id : null };
    void run(() => answered(api.POST("/api/v1/places/{place_code}/arrivals/undo", { params: { path: { place_code: arrival.code } }, body })), texts.undoneDone);
  };
  const columns: Column<Arrival>[] = [
    { key: "code", title: texts.place, frozen: "left", render: (arrival) => arrival.code },
    { key: "ticket", title: texts.ticket, render: (arrival) => <TicketLink id={arrival.ticket_id} no={arrival.ticket_no ?? arrival.ticket_id.slice(-8)} /> },
    { key: "area", title: texts.area, render: (arrival) => areas.name(arrival.area) },
    { key: "crew", title: texts.crewId, render: (arrival) => arrival.crew_name ?? arrival.crew_id },
    { key: "at", title: texts.at, render: (arrival) => full(arrival.at) },
    { key: "spot", title: texts.spot, render: (arrival) => `${arrival.lon.toFixed(5)}, ${arrival.lat.toFixed(5)}` },
    { key: "accuracy", title: texts.accuracy, right: true, render: (arrival) => arrival.accuracy_m ?? "—" },
    { key: "undone", title: texts.undone, render: (arrival) => (arrival.undone_at ? `${who(arrival.undone_by ?? "")} ${full(arrival.undone_at)}` : "—") },
    {
      key: "act",
      title: table.actions,
      frozen: "right",
      render: (arrival) =>
        arrival.undone_at === null && may(me, "place.undo") ? (
          <span className="row">
            <Button tone="risky" disabled={busy} onClick={() => undo(arrival, true)}>{texts.undoOne}</Button>
            <Button tone="risky" disabled={busy} onClick={() => undo(arrival, false)}>{texts.undoAll}</Button>
          </span>
        ) : null,
    },
  ];
  return <ListView name="place-arrivals" label={texts.tabs.arrivals} columns={columns} load={loadArrivals} idOf={(arrival) => `${arrival.ticket_id}.${arrival.code}`} exported="place-arrivals" initial={{} as Query} filters={[{ name: "area", label: table.area, kind: "area" }]} />;
}
