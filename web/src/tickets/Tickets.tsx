/** 工单: the history of tickets with filters, and the page of one of them. */

import { answered, api, type Schemas, type Ticket } from "../api/client";
import * as names from "../api/labels.gen";
import { useWords } from "../i18n";
import { useRoute } from "../lib/route";
import { Head } from "../shell/Head";
import type { Filter } from "../tables/Filters";
import { ListView } from "../tables/ListView";
import type { Page, Turn } from "../tables/listing";
import { optionsOf } from "../tables/options";
import { tableWords } from "../tables/words";
import { useTicketColumns } from "./columns";
import { TicketPage } from "./TicketPage";
import "./tickets.css";
import { ticketWords } from "./words";

interface Query {
  area?: string;
  stage?: Schemas["Stage"][];
  open?: boolean;
  marked?: Schemas["TicketMark"];
  no?: string;
  from?: string;
  to?: string;
}

const LEAST = 4; // signs of a number

async function load(query: Query, turn: Turn): Promise<Page<Ticket>> {
  const { tickets, next } = await answered(api.GET("/api/v1/tickets", { params: { query: { ...query, ...turn } } }));
  return { rows: tickets, next };
}

export default function Tickets(): React.JSX.Element {
  const { rest } = useRoute();
  const [id, area, open] = rest;
  const asked: Query = id === "of" && area !== undefined ? { area, ...(open === "open" ? { open: true } : isMark(open) ? { marked: open } : {}) } : {};
  return (
    <div className="screen">
      <Head />
      {id === undefined || id === "" || id === "of" ? <TicketList key={rest.join()} asked={asked} /> : <TicketPage key={id} id={id} />}
    </div>
  );
}

function isMark(word: string | undefined): word is Schemas["TicketMark"] {
  return word !== undefined && word in names.TicketMark;
}

/** `asked`: the conditions to begin with, from the address (`#/tickets/of/330225/open`, `…/overdue`). */
function TicketList({ asked }: { asked: Query }): React.JSX.Element {
  const texts = useWords(ticketWords);
  const table = useWords(tableWords);
  const columns = useTicketColumns();
  const filters: Filter<Query>[] = [
    { name: "no", label: texts.fields.ticket_no, kind: "text", least: LEAST, hint: texts.noHint(LEAST) },
    { name: "area", label: table.area, kind: "area" },
    { name: "from", label: texts.reportedFrom, kind: "instant" },
    { name: "to", label: texts.reportedTo, kind: "instant" },
    { name: "open", label: texts.open, kind: "truth", options: [{ value: "true", text: texts.isOpen }, { value: "false", text: texts.isDone }] },
    { name: "marked", label: texts.marked, kind: "one", options: optionsOf(names.TicketMark) },
    { name: "stage", label: texts.fields.stage, kind: "many", options: optionsOf(names.Stage) },
  ];
  return (
    <main className="screen grow data-main">
      <h1 className="only-read">{texts.list}</h1>
      <ListView name="tickets" label={texts.list} columns={columns} load={load} idOf={(ticket) => ticket.id} initial={asked} filters={filters} exported="tickets" />
    </main>
  );
}
