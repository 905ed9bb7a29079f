"""Reports of an area: one book, made from what the desk read, shown as a workbook, a paper or a page. Domain 5."""
