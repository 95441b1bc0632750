"""The demo's office: everything in it is made up, and says so."""
