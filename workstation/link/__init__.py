"""The one door between engine and window: typed messages over a local socket."""
