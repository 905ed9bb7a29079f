"""After the work: reply and audit, return visits, judgement, reports."""
