"""Mail on the wire: MIME, transports, workers, and the demo's world."""
