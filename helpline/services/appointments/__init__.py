"""Medical appointments: free times in a clinic's calendar, each booked once."""
