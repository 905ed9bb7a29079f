/** Who can be there first: five crews with their reasons, one key each, and those that were passed over. */

import type { Ticket } from "../api/client";
import { ReasonCode } from "../api/labels.gen";
import { useMe } from "../api/session";
import { label, useWords } from "../i18n";
import { Panel, Tag } from "../kit/pieces";
import { kilometres, minutes } from "../lib/format";
import { useFromSecond } from "../lib/clock";
import { useStore } from "../lib/store";
import { assign } from "./act";
import { lateMinutes } from "./clocks";
import { useAreas, useOffers, wantsCrew, type Offer, type Offers } from "./queries";
import { WAITING } from "./queue";
import { chosenCrew } from "./selection";
import { deskWords } from "./words";

export const CANDIDATES = 5;
const PASSED_OVER = 8;

export function Candidates({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const { data: offers } = useOffers(ticket);
  if (!wantsCrew(ticket) || offers === undefined) return null;
  if (!WAITING.has(ticket.stage)) {
    return (
      <details className="panel">
        <summary>{texts.replacements}</summary>
        <Ranked ticket={ticket} offers={offers} />
      </details>
    );
  }
  const told = [offers.basis === "line" ? texts.line : null, offers.approximate ? texts.approximate : null].filter(Boolean).join(" · ");
  return (
    <Panel title={texts.candidates} aside={<span className="soft small">{told}</span>}>
      <Ranked ticket={ticket} offers={offers} />
    </Panel>
  );
}

function Ranked({ ticket, offers }: { ticket: Ticket; offers: Offers }): React.JSX.Element {
  const texts = useWords(deskWords);
  return (
    <div className="stack">
      {offers.offers.length === 0 ? <p className="warned">▲ {texts.noCandidates}</p> : null}
      <ol className="crews" aria-label={texts.candidates}>
        {offers.offers.slice(0, CANDIDATES).map((offer, n) => (
          <Candidate key={offer.crew_id} offer={offer} n={n + 1} ticket={ticket} best={offer.crew_id === offers.best?.crew_id} />
        ))}
      </ol>
      {offers.saved_s !== null && offers.saved_s > 0 ? <p className="soft small">{texts.saved(minutes(offers.saved_s))}</p> : null}
      <PassedOver offers={offers.passed_over} n={offers.nearer_n} />
    </div>
  );
}

function Candidate({ offer, n, ticket, best }: { offer: Offer; n: number; ticket: Ticket; best: boolean }): React.JSX.Element {
  const texts = useWords(deskWords);
  const chosen = useStore(chosenCrew);
  return (
    <li>
      <button
        type="button"
        className="crew"
        aria-pressed={offer.crew_id === chosen || (chosen === null && best)}
        aria-keyshortcuts={String(n)}
        title={offer.sentence}
        onClick={() => chosenCrew.set(offer.crew_id)}
        onDoubleClick={() => assign(ticket.id, offer.crew_id)}
      >
        <kbd aria-hidden="true">{n}</kbd>
        <span className="crew-name cut">{offer.crew_name}</span>
        <span className={offer.free_in_s === null ? "crew-free" : "crew-busy"}>{offer.free_in_s === null ? `● ${texts.free}` : `◐ ${texts.busy}`}</span>
        <span className="crew-number">{offer.distance_m === null ? "—" : kilometres(offer.distance_m / 1000)}</span>
        <span className="crew-number">{offer.eta_s === null ? "—" : texts.minutes(minutes(offer.eta_s))}</span>
        <span className="crew-number soft">{texts.jobs(offer.open_jobs)}</span>
        <span className="crew-why small soft">
          {best ? <Tag tone="ok">{texts.recommended}</Tag> : null} <Late offer={offer} ticket={ticket} /> <Borders offer={offer} />{" "}
          {offer.asks.length > 0 ? <Tag tone="warn">{`▲ ${texts.asks}:${offer.asks.map((code) => label(ReasonCode, code)).join("、")}`}</Tag> : null}
          {offer.sentence}
          {offer.way ? ` · ${offer.way}` : ""}
        </span>
      </button>
    </li>
  );
}

/** Whoever would come after the promised arrival says by how much. */
function Late({ offer, ticket }: { offer: Offer; ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const due = ticket.due?.arrive;
  const late = useFromSecond((second) => (due === undefined || offer.eta_s === null ? 0 : lateMinutes(second + offer.eta_s, due)));
  return late > 0 ? <Tag tone="bad">{`▲ ${texts.tooLate(late)}`}</Tag> : null;
}

/** Another county's crew says so. */
function Borders({ offer }: { offer: Offer }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const areas = useAreas();
  const county = useMe().account.area;
  return offer.county === county ? null : <Tag tone="note">{texts.lentBy(areas.get(offer.county)?.name ?? offer.county)}</Tag>;
}

/** Nearer ones that were passed over; one may be chosen all the same, the server says what that needs. */
function PassedOver({ offers, n }: { offers: readonly Offer[]; n: number }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const chosen = useStore(chosenCrew);
  if (n === 0) return null;
  return (
    <details className="small">
      <summary>{texts.nearer(n)}</summary>
      <ul className="crews">
        {offers.slice(0, PASSED_OVER).map((offer) => (
          <li key={offer.crew_id}>
            <button type="button" className="crew passed" aria-pressed={offer.crew_id === chosen} onClick={() => chosenCrew.set(offer.crew_id)}>
              {offer.sentence}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
