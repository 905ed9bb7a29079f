"""Service requests and booked visits within declared capacity."""
