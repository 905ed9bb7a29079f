/** 预警: what ladders and people raised lately, the newest first. */

import { answered, api, type Schemas } from "../api/client";
import { useWords } from "../i18n";
import { now } from "../lib/clock";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { tableWords } from "../tables/words";
import { TicketLink, who } from "../tickets/pieces";
import { factsOf } from "../tickets/told";
import { fieldName, ticketWords } from "../tickets/words";
import { supervisionWords } from "./words";

type Warning = Schemas["WarningShown"];
interface Query {
  area?: string;
  since?: string;
  level?: number;
}

const LATELY_MS = 6 * 3_600_000;

async function load(query: Query, turn: Turn): Promise<Page<Warning>> {
  const { warnings, next } = await answered(api.GET("/api/v1/warnings", { params: { query: { ...query, ...turn } } }));
  return { rows: warnings, next };
}

export function Warnings(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const tickets = useWords(ticketWords);
  const areas = useAreas();
  const speech = { yes: table.yes, no: table.no, area: areas.name, minutes: tickets.minutes };
  const columns: Column<Warning>[] = [
    { key: "ticket", title: texts.ticket, frozen: "left", render: (line) => <TicketLink id={line.ticket_id} no={line.ticket_no} /> },
    { key: "area", title: texts.area, render: (line) => areas.name(line.area) },
    { key: "label", title: texts.kind, render: (line) => <strong className="nowrap">{line.label}</strong> },
    { key: "what", title: texts.what, render: (line) => factsOf(line.event, speech).map(({ field, text }) => `${fieldName(tickets.fields, field)} ${text}`).join(" · ") || "—" },
    { key: "at", title: texts.at, render: (line) => <span className="nowrap">{full(line.at)}</span> },
    { key: "entered", title: texts.entered, render: (line) => <span className="nowrap">{full(line.entered_at)}</span> },
    { key: "by", title: texts.by, render: (line) => who(line.by) },
  ];
  const levels = ["1", "2", "3", "4"].map((value) => ({ value, text: value }));
  return (
    <ListView
      name="warnings"
      label={texts.tabs.warnings}
      columns={columns}
      load={load}
      idOf={(line) => `${line.ticket_id}:${line.version}`}
      initial={{ since: new Date(now() - LATELY_MS).toISOString(), level: 1 } as Query}
      filters={[
        { name: "area", label: table.area, kind: "area" },
        { name: "since", label: texts.since, kind: "instant" },
        { name: "level", label: texts.leastLevel, kind: "one", options: levels, required: true },
      ]}
      exported="warnings"
    />
  );
}
