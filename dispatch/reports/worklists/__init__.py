"""A half-day's list (派工清单) for the depot's hand: workbook, page for the printer, PDF, route map."""
