/** What seems to be one fault point with this ticket, with the evidence; nothing is merged by itself. */

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { board } from "../api/board";
import { answered, api, type Schemas, type Ticket } from "../api/client";
import { may, useMe } from "../api/session";
import { useWords } from "../i18n";
import { Button, Field, Panel } from "../kit/pieces";
import { Dialog } from "../kit/Dialog";
import { complain } from "../kit/toast";
import { begin } from "./act";
import { useProposals } from "./queries";
import { useStale } from "./standing";
import { useKey } from "./useKey";
import { deskWords } from "./words";

type Proposal = Schemas["dispatch__web__merging__ProposalShown"];

export function Proposals({ ticket }: { ticket: Ticket }): React.JSX.Element | null {
  const texts = useWords(deskWords);
  const me = useMe();
  const stale = useStale();
  const { data } = useProposals(ticket);
  const [declining, setDeclining] = useState<Proposal | null>(null);
  if (data === undefined || data.proposals.length === 0) return null;
  const merge = (proposal: Proposal): void => {
    const child = board.get().get(proposal.ticket_id);
    if (child !== undefined) begin("merge", child, { into: proposal.into, evidence: proposal.evidence.join(";") });
  };
  return (
    <Panel title={texts.proposals}>
      {data.proposals.map((proposal) => (
        <div key={proposal.ticket_id + proposal.into} className="stack small">
          <strong>{proposal.into === ticket.id ? texts.proposalFrom(proposal.ticket_no) : texts.proposalInto(proposal.into_no)}</strong>
          <ul>
            {proposal.evidence.map((each) => (
              <li key={each}>· {each}</li>
            ))}
          </ul>
          <div className="row">
            <Button disabled={stale} onClick={() => merge(proposal)}>{texts.mergeIt}</Button>
            {may(me, "ticket.decline-merge") ? <Button disabled={stale} onClick={() => setDeclining(proposal)}>{texts.declineIt}</Button> : null}
          </div>
        </div>
      ))}
      {declining === null ? null : <Decline proposal={declining} onClose={() => setDeclining(null)} />}
    </Panel>
  );
}

function Decline({ proposal, onClose }: { proposal: Proposal; onClose: () => void }): React.JSX.Element {
  const texts = useWords(deskWords);
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const keyOf = useKey();
  const decline = (): void => {
    const params = { path: { ticket_id: proposal.ticket_id, other_id: proposal.into }, header: { "Idempotency-Key": keyOf(reason) } };
    answered(api.POST("/api/v1/tickets/{ticket_id}/merge-proposals/{other_id}/decline", { params, body: { reason } }))
      .then(() => queries.invalidateQueries({ queryKey: ["proposals"] }))
      .then(onClose, complain);
  };
  return (
    <Dialog title={texts.declineIt} onClose={onClose} onConfirm={decline} busy={reason.trim() === ""}>
      <Field label={texts.declineWhy} text={reason} most={500}>
        {(props) => <textarea {...props} autoFocus rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </Dialog>
  );
}
