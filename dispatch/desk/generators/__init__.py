"""Generator trucks at the desk (发电车): who is dark and may be fed; a plan proposed, confirmed, carried out."""
