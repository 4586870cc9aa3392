"""The terminal program: commands, app, screens, panels; everything the agent sees."""
