"""The set-up behind the screen: rooms of items over the services, one transaction each."""
