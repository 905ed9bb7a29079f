/** What a report from the field says, field by field. */

import type { Schemas } from "../api/client";
import { useWords } from "../i18n";
import { useAreas } from "../tables/areas";
import { tableWords } from "../tables/words";
import { saidOf } from "../tickets/told";
import { fieldName, ticketWords } from "../tickets/words";

export type Report = Schemas["FieldReportShown"];
const UNSAID = new Set(["kind", "photos", "brief"]);

export function SaidIn({ said }: { said: Readonly<Record<string, unknown>> }): React.JSX.Element {
  const tickets = useWords(ticketWords);
  const table = useWords(tableWords);
  const areas = useAreas();
  const parts = Object.entries(said).flatMap(([field, value]) => {
    const text = UNSAID.has(field) ? null : saidOf(field, value, { yes: table.yes, no: table.no, area: areas.name });
    return text === null ? [] : [`${fieldName(tickets.fields, field)} ${text}`];
  });
  return <span className="small pre">{parts.join(" · ")}</span>;
}
