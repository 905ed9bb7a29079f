"""The rolling plan at the desk: what is to be planned, by whom, and what becomes of it (滚动计划)."""
