"""Weather orders, disasters, and the modes in which a county works."""
