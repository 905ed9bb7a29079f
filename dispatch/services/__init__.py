"""Work that is no repair: service requests and new connections, with clocks in working days."""
