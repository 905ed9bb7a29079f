/** The buttons of the selected ticket, from the one table; what is barred stands greyed with the reason. */

import type { Ticket } from "../api/client";
import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { begin } from "./act";
import { offered } from "./actions";
import { actionWords } from "./actionWords";
import { chosenCrew } from "./selection";
import { useStanding } from "./standing";

const MAIN = new Set(["accept", "dispatch", "reply"]);

export function ActionBar({ ticket }: { ticket: Ticket }): React.JSX.Element {
  const texts = useWords(actionWords);
  const standing = useStanding(ticket.id);
  return (
    <div className="row wrap details-actions" role="toolbar" aria-label={ticket.ticket_no}>
      {offered(ticket, standing).map(({ action, blocked }) => (
        <Button
          key={action.name}
          tone={action.risky ? "risky" : MAIN.has(action.name) ? "main" : "plain"}
          {...(action.key === null ? {} : { keyName: action.key.toUpperCase() })}
          disabled={blocked !== null}
          title={blocked === null ? undefined : texts.blocked[blocked]}
          onClick={() => begin(action.name, ticket, preset(action.name))}
        >
          {texts.names[action.name]}
        </Button>
      ))}
    </div>
  );
}

/** The crew that is chosen among the candidates goes along. */
export function preset(name: string): Record<string, string> {
  const crew = chosenCrew.get();
  return crew !== null && (name === "dispatch" || name === "reassign") ? { crew_id: crew } : {};
}
