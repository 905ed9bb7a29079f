"""What maps are drawn from: the history of calls, a ticket with its candidates, who lent to whom."""
