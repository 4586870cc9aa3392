"""The demo's mail world: real servers on loopback and customers who answer."""
